import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Testbed } from '../../src/testbed/testbed.ts';
import { attribute, type Element, xml } from '../../src/wire/xml.ts';
import { COMPONENT_NS, digest, ScriptedConnection, STREAMS_NS } from '../support/scripted-server.ts';
import { dial } from '../support/tcp.ts';

const domain = 'proxy.example.test';
const secret = 'pass wörd';
let testbed: Testbed;
const components: ScriptedConnection[] = [];

beforeEach(async () => {
  testbed = await Testbed.start({ domain: 'example.test', components: { [domain]: secret }, users: {} });
});

afterEach(async () => {
  for (const component of components.splice(0)) component.destroy();
  await testbed.stop();
});

/** A component under the test's control that has sent its stream header. */
async function open(to = domain, namespace = COMPONENT_NS): Promise<ScriptedConnection> {
  const component = new ScriptedConnection(await dial(testbed.componentPort));
  components.push(component);
  component.send(
    `<?xml version='1.0'?><stream:stream xmlns='${namespace}' xmlns:stream='${STREAMS_NS}' to='${to}'>`,
  );
  return component;
}

async function prove(component: ScriptedConnection, using = secret): Promise<void> {
  const id = attribute(await component.untilHeader(), 'id') ?? '';
  component.send(`<handshake>${digest(id, using)}</handshake>`);
}

async function join(): Promise<ScriptedConnection> {
  const component = await open();
  await prove(component);
  await component.next('handshake');
  return component;
}

/** The condition of the stream error that ends the connection. */
async function untilRefused(component: ScriptedConnection): Promise<string | undefined> {
  const error = await component.next('error');
  await component.untilFooter();
  component.end();
  await component.untilClosed();
  return error.getChildElements()[0]?.name;
}

/** The next stanza that the testbed routes. */
async function nextRouted(): Promise<Element> {
  const [stanza] = await once(testbed, 'stanza');
  return stanza;
}

describe('a component on the testbed', () => {
  it('[XEP-0114 §3] joins with the right digest, secrets beyond ASCII included', async () => {
    const joined = once(testbed, 'component-joined');
    const component = await open();
    const header = await component.untilHeader();
    expect(attribute(header, 'from')).toBe(domain);
    expect(attribute(header, 'xmlns')).toBe(COMPONENT_NS);
    await prove(component);
    const handshake = await component.next();
    expect(handshake.toString()).toBe(`<handshake xmlns="${COMPONENT_NS}"/>`);
    await expect(joined).resolves.toEqual([domain]);
    expect(testbed.isJoined(domain)).toBe(true);
  });

  it('is refused with a wrong secret', async () => {
    const component = await open();
    await prove(component, 'guess');
    await expect(untilRefused(component)).resolves.toBe('not-authorized');
    expect(testbed.isJoined(domain)).toBe(false);
  });

  it('is refused when it sends a stanza before the handshake', async () => {
    const component = await open();
    component.send(`<iq type='get' id='1' from='${domain}' to='example.test'/>`);
    await expect(untilRefused(component)).resolves.toBe('not-authorized');
  });

  it('is refused under a domain that the server does not know', async () => {
    await expect(untilRefused(await open('other.example.test'))).resolves.toBe('host-unknown');
  });

  it('is refused with the namespace of clients', async () => {
    await expect(untilRefused(await open(domain, 'jabber:client'))).resolves.toBe('invalid-namespace');
  });

  it('is refused with conflict while another one is there, which stays', async () => {
    const first = await join();
    const second = await open();
    await prove(second);
    await expect(untilRefused(second)).resolves.toBe('conflict');
    const ping = `<iq type='get' id='p' from='${domain}' to='example.test'><ping xmlns='urn:xmpp:ping'/></iq>`;
    expect(attribute(await first.ask(ping), 'type')).toBe('result');
  });

  it('exchanges stanzas with the server, in its own namespace', async () => {
    const component = await join();
    const disco = 'http://jabber.org/protocol/disco#info';
    const ask = `<iq type='get' id='d' from='${domain}' to='example.test'><query xmlns='${disco}'/></iq>`;
    const answer = await component.ask(ask);
    expect(answer.attrs).toMatchObject({ type: 'result', from: 'example.test', to: domain, id: 'd' });
    expect(attribute(answer, 'xmlns')).toBe(COMPONENT_NS);
    expect(
      answer
        .getChild('query', disco)
        ?.getChildren('feature')
        .map((feature) => feature.attrs.var),
    ).toEqual([disco, 'http://jabber.org/protocol/disco#items', 'urn:xmpp:ping']);
  });

  it.each([
    ['a node', `<query xmlns='http://jabber.org/protocol/disco#info' node='x'/>`, 'item-not-found'],
    ['an unknown namespace', `<query xmlns='urn:unknown'/>`, 'service-unavailable'],
    ['nothing at all', '', 'bad-request'],
  ])('is told when it asks the server for %s', async (_what, payload, condition) => {
    const component = await join();
    const answer = await component.ask(
      `<iq type='get' id='x' from='${domain}' to='example.test'>${payload}</iq>`,
    );
    expect(answer.getChild('error')?.getChildElements()[0]?.name).toBe(condition);
  });

  it('gets what is sent to any address under its domain', async () => {
    const component = await join();
    testbed.route(xml('message', { from: 'a@example.test/x', to: `someone@${domain}/there` }));
    expect((await component.nextStanza()).attrs).toMatchObject({ to: `someone@${domain}/there` });
  });

  it('[COMP-23] may cut its XML anywhere, also inside a UTF-8 sequence', async () => {
    const component = await join();
    const routed = nextRouted();
    await component.sendByteByByte(
      `<message from='${domain}' to='a@example.test'><body>ü🐇</body></message>`,
    );
    expect((await routed).getChildText('body')).toBe('ü🐇');
  });

  it.each([
    [
      'a sender outside of its domain',
      `<message from='a@example.test' to='b@example.test'/>`,
      'invalid-from',
    ],
    ['no addressee', `<message from='${domain}'/>`, 'improper-addressing'],
    ['no stanza', `<greeting/>`, 'unsupported-stanza-type'],
    ['a document type', `<!DOCTYPE x>`, 'restricted-xml'],
    ['broken XML', `<message></iq>`, 'not-well-formed'],
  ])('loses its stream when it sends %s', async (_what, text, condition) => {
    const component = await join();
    component.send(text);
    await expect(untilRefused(component)).resolves.toBe(condition);
    expect(testbed.isJoined(domain)).toBe(false);
  });

  it('closes in order and may come back at once', async () => {
    const component = await join();
    component.send('</stream:stream>');
    await component.untilFooter();
    await join();
    expect(testbed.isJoined(domain)).toBe(true);
  });
});

describe('a test on the testbed', () => {
  it('cuts a component off and waits for its return', async () => {
    const component = await join();
    const left = once(testbed, 'component-left');
    expect(testbed.dropComponent(domain)).toBe(true);
    await component.untilClosed();
    expect(component.footerSeen).toBe(false);
    await left;
    expect(testbed.dropComponent(domain)).toBe(false);
    const back = testbed.untilJoined(domain, AbortSignal.timeout(10_000));
    await join();
    await expect(back).resolves.toBeUndefined();
  });

  it('closes a stream in order, with an error of its choice', async () => {
    const component = await join();
    expect(testbed.closeComponent(domain, 'system-shutdown')).toBe(true);
    await expect(untilRefused(component)).resolves.toBe('system-shutdown');
    expect(testbed.closeComponent(domain)).toBe(false);
  });

  it('refuses a component until it lets it in again', async () => {
    testbed.refuseComponent(domain, 'resource-constraint');
    await expect(untilRefused(await open())).resolves.toBe('resource-constraint');
    testbed.refuseComponent(domain, undefined);
    await join();
    expect(testbed.isJoined(domain)).toBe(true);
  });

  it('stops the server and starts it again on the same ports', async () => {
    const { componentPort, clientPort } = testbed;
    const component = await join();
    await Promise.all([testbed.stop(), untilRefused(component)]);
    await testbed.stop();
    await testbed.listen();
    expect([testbed.componentPort, testbed.clientPort]).toEqual([componentPort, clientPort]);
    await join();
    expect(testbed.isJoined(domain)).toBe(true);
  });

  it('stops waiting for a component when its signal says so', async () => {
    const wait = testbed.untilJoined(domain, AbortSignal.abort());
    await expect(wait).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('is told of a port in use, and nothing is left open then', async () => {
    const options = { domain: 'example.test', components: {}, users: {} };
    const { clientPort } = testbed;
    const free = await Testbed.start(options);
    const { componentPort } = free;
    await free.stop();
    await expect(Testbed.start({ ...options, componentPort, clientPort })).rejects.toMatchObject({
      code: 'EADDRINUSE',
    });
    await expect(dial(componentPort)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('is told of names that no server has', async () => {
    const start = (options: object) =>
      Testbed.start({ domain: 'example.test', components: {}, users: {}, ...options });
    await expect(start({ domain: '-' })).rejects.toThrow('expected a domain, not "-"');
    await expect(start({ components: { 'a b': '' } })).rejects.toThrow('expected a domain, not "a b"');
    await expect(start({ users: { Alice: '' } })).rejects.toThrow('normalised user name, not "Alice"');
  });
});
