import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Testbed } from '../../src/testbed/testbed.ts';
import type { Element } from '../../src/wire/xml.ts';
import { ScriptedConnection, STREAMS_NS } from '../support/scripted-server.ts';
import { dial } from '../support/tcp.ts';

const SASL = 'urn:ietf:params:xml:ns:xmpp-sasl';
let testbed: Testbed;
let client: ScriptedConnection;

beforeEach(async () => {
  testbed = await Testbed.start({ domain: 'example.test', components: {}, users: { alice: 'wonderland' } });
});

afterEach(async () => {
  client.destroy();
  await testbed.stop();
});

/** A client under the test's control that has sent its stream header. */
async function open(to = 'example.test', namespace = 'jabber:client'): Promise<void> {
  client = new ScriptedConnection(await dial(testbed.clientPort));
  client.send(`<stream:stream xmlns='${namespace}' xmlns:stream='${STREAMS_NS}' to='${to}' version='1.0'>`);
}

async function attempt(element: string): Promise<Element> {
  client.send(element);
  return client.next();
}

function auth(mechanism: string, message: string): string {
  const text = message === '' ? '=' : Buffer.from(message).toString('base64');
  return `<auth xmlns='${SASL}' mechanism='${mechanism}'>${text}</auth>`;
}

function conditionOf(element: Element): string | undefined {
  return element.getChildElements()[0]?.name;
}

describe('logging in on the client port', () => {
  it('[RFC 6120 §4.3] begins with a header of version 1.0 and the mechanisms', async () => {
    await open();
    const features = await client.next('features');
    expect(client.header?.attrs).toMatchObject({ version: '1.0', from: 'example.test' });
    const mechanisms = features
      .getChild('mechanisms', SASL)
      ?.getChildElements()
      .map((one) => one.getText());
    expect(mechanisms).toEqual(['SCRAM-SHA-1', 'PLAIN']);
  });

  it('works with PLAIN, too', async () => {
    await open();
    await client.next('features');
    const answer = await attempt(auth('PLAIN', '\0alice\0wonderland'));
    expect(answer.name).toBe('success');
  });

  it('fails with a condition, and after the third time for good', async () => {
    await open();
    await client.next('features');
    expect(conditionOf(await attempt(auth('PLAIN', '\0alice\0guess')))).toBe('not-authorized');
    expect(conditionOf(await attempt(auth('X-UNHEARD-OF', '')))).toBe('invalid-mechanism');
    expect(conditionOf(await attempt(`<abort xmlns='${SASL}'/>`))).toBe('aborted');
    expect(conditionOf(await client.next('error'))).toBe('policy-violation');
    await client.untilFooter();
  });

  it('does not take a response that nothing asked for', async () => {
    await open();
    await client.next('features');
    expect(conditionOf(await attempt(`<response xmlns='${SASL}'/>`))).toBe('malformed-request');
  });

  it.each([
    ['another domain', 'elsewhere.test', 'jabber:client', 'host-unknown'],
    ['the namespace of components', 'example.test', 'jabber:component:accept', 'invalid-namespace'],
  ])('is refused under %s', async (_what, to, namespace, condition) => {
    await open(to, namespace);
    expect(conditionOf(await client.next('error'))).toBe(condition);
  });

  it('comes before any stanza', async () => {
    await open();
    await client.next('features');
    expect(conditionOf(await attempt(`<message to='alice@example.test'/>`))).toBe('not-authorized');
    await client.untilFooter();
  });
});
