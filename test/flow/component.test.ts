// Joining: header, handshake and what goes out before and after them. [XEP-0114 §3]

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { attribute } from '../../src/wire/xml.ts';
import { COMPONENT_NS, digest, STREAMS_NS, startScriptedServer } from '../support/scripted-server.ts';
import { ALICE, DOMAIN, SECRET, XmppSide } from '../support/xmpp-side.ts';

const HEADER = `<?xml version='1.0'?><stream:stream xmlns='${COMPONENT_NS}' xmlns:stream='${STREAMS_NS}' from='${DOMAIN}' id='3BF96D32'`;
const ASK_INFO = `<iq type='get' id='i1' from='${ALICE}' to='${DOMAIN}'><query xmlns='http://jabber.org/protocol/disco#info'/></iq>`;

describe('the stream header', () => {
  it('names the component, not the server, in the namespaces of XEP-0114 [COMP-01]', async () => {
    const { server } = await XmppSide.start();
    const header = await (await server.accept()).untilHeader();
    expect(header.name).toBe('stream:stream');
    expect(attribute(header, 'xmlns')).toBe(COMPONENT_NS);
    expect(attribute(header, 'xmlns:stream')).toBe(STREAMS_NS);
    expect(attribute(header, 'to')).toBe(DOMAIN);
  });

  it('has nothing else: no version, no from, no language [COMP-02]', async () => {
    const { server } = await XmppSide.start();
    const header = await (await server.accept()).untilHeader();
    expect(Object.keys(header.attrs).sort()).toEqual(['to', 'xmlns', 'xmlns:stream']);
  });
});

describe('the handshake', () => {
  it('waits for the id in the server’s header [COMP-03]', async () => {
    const { server } = await XmppSide.start();
    const connection = await server.accept();
    await connection.untilHeader();
    await connection.sendByteByByte(HEADER);
    expect(connection.received).not.toContain('handshake');
    connection.send('>');
    await connection.next('handshake');
  });

  it('is the published digest for the published id, in lower case [COMP-04]', async () => {
    const { server } = await XmppSide.start({ config: { secret: 'test' } });
    const connection = await server.accept();
    await connection.untilHeader();
    connection.sendHeader("id='3BF96D32'");
    expect((await connection.next('handshake')).getText()).toBe('aaee83c26aeeafcbabeabfcbcd50df997e0a2a1e');
  });

  it('hashes UTF-8, and the id as the XML means it [COMP-05]', async () => {
    const { server } = await XmppSide.start({ config: { secret: 'pass wörd' } });
    const connection = await server.accept();
    await connection.untilHeader();
    connection.sendHeader("id='a&amp;b&lt;c'");
    expect((await connection.next('handshake')).getText()).toBe('cebd485d63c8319494a47161c9f16e0fcfa3adad');
  });

  it('has no attributes and is in the component namespace [COMP-07]', async () => {
    const { server } = await XmppSide.start();
    const connection = await server.accept();
    await connection.untilHeader();
    connection.sendHeader();
    await connection.next('handshake');
    expect(connection.received).toContain(`<handshake>${digest('3BF96D32', SECRET)}</handshake>`);
  });

  it('is followed by no stanza before its answer, not even when asked [COMP-06]', async () => {
    const { server, observer } = await XmppSide.start();
    const connection = await server.accept();
    await connection.untilHeader();
    connection.sendHeader();
    await connection.next('handshake');
    await connection.sendByteByByte(`${ASK_INFO} `);
    expect(connection.unread).toEqual([]);
    connection.send('<handshake/>');
    await observer.until('xmpp-online');
    await connection.settle(DOMAIN);
    expect(connection.unread).toEqual([]);
  });

  it('is not shaken by stream features, before or after [COMP-15]', async () => {
    const { server, observer } = await XmppSide.start();
    const connection = await server.accept();
    await connection.untilHeader();
    connection.sendHeader();
    connection.send('<stream:features/>');
    await connection.next('handshake');
    connection.send('<stream:features><x xmlns="urn:x"/></stream:features><handshake/><stream:features/>');
    await observer.until('xmpp-online');
    await connection.settle(DOMAIN);
    expect(connection.unread).toEqual([]);
  });
});

describe('once joined', () => {
  it('the link says so, as a fact and when asked', async () => {
    const side = await XmppSide.start();
    expect(side.link.online).toBe(false);
    await side.join();
    expect(side.link.online).toBe(true);
    expect(side.observer.facts).toEqual([
      { kind: 'xmpp-online', domain: DOMAIN, service: side.server.service, reconnect: false },
    ]);
  });

  it('every stanza goes out with from and to, from the component’s domain [COMP-14]', async () => {
    const side = await XmppSide.start();
    const connection = await side.join();
    connection.send(`<presence type='subscribe' from='alice@example.org' to='${DOMAIN}'/>`);
    connection.send(ASK_INFO);
    connection.send(
      `<iq type='get' id='i2' from='${ALICE}' to='user@${DOMAIN}/res'><x xmlns='urn:none'/></iq>`,
    );
    connection.send(`<iq type='get' id='i3' from='${ALICE}'><x xmlns='urn:none'/></iq>`);
    await connection.settle(DOMAIN);
    side.clock.advance(60_000);
    await connection.untilReceived('<ping');
    expect(connection.unread).toHaveLength(5);
    for (const stanza of connection.unread) {
      expect(attribute(stanza, 'to')).toBeTruthy();
      expect(attribute(stanza, 'from')).toMatch(/^(user@)?proxy\.example\.org(\/res)?$/);
    }
  });

  it('stanzas and their errors are in the component namespace [COMP-17]', async () => {
    const connection = await (await XmppSide.start()).join();
    const reply = await connection.ask(
      `<iq type='get' id='i1' from='${ALICE}' to='${DOMAIN}'><x xmlns='urn:none'/></iq>`,
    );
    expect(reply.getNS()).toBe(COMPONENT_NS);
    expect(reply.getChild('error')?.getNS()).toBe(COMPONENT_NS);
  });

  it('a second instance that ejabberd lets in beside this one is noticed [COMP-09]', async () => {
    const side = await XmppSide.start();
    const connection = await side.join();
    const foreign = `<iq type='get' id='theirs' from='${DOMAIN}' to='${DOMAIN}'><ping xmlns='urn:xmpp:ping'/></iq>`;
    await connection.ask(foreign);
    await connection.ask(foreign);
    expect(side.observer.of('xmpp-warning').map(({ message }) => message)).toEqual([
      `another component is connected as ${DOMAIN}, too: each gets a part of the requests, and transfers fail; stop one of them`,
    ]);
  });
});

describe('leaving', () => {
  it('sends the closing tag, then ends the connection [COMP-18] [S5B-P-88]', async () => {
    const side = await XmppSide.start();
    const connection = await side.join();
    const stopped = side.link.stop();
    await connection.untilFooter();
    connection.send('</stream:stream>');
    await stopped;
    await connection.untilClosed();
    expect(side.link.online).toBe(false);
    expect(side.observer.of('xmpp-offline')).toEqual([
      { kind: 'xmpp-offline', reason: 'streamhost is stopping', deliberate: true },
    ]);
  });

  it('does not wait for ever for a server that does not close its side', async () => {
    const side = await XmppSide.start();
    const connection = await side.join();
    await side.link.stop();
    await connection.untilClosed();
    expect(connection.footerSeen).toBe(true);
  });

  it('is over at once when the server just hangs up', async () => {
    const side = await XmppSide.start();
    const connection = await side.join();
    const stopped = side.link.stop();
    await connection.untilFooter();
    connection.reset();
    await stopped;
    expect(side.clock.pending).toBe(0);
  });

  it('works at any moment, and twice', async () => {
    const connecting = await XmppSide.start();
    await Promise.all([connecting.link.stop(), connecting.link.stop()]);
    const opening = await XmppSide.start();
    await (await opening.server.accept()).untilHeader();
    await opening.link.stop();
    const pausing = await XmppSide.start();
    (await pausing.server.accept()).reset();
    await pausing.observer.until('xmpp-offline');
    await pausing.link.stop();
    for (const { clock } of [connecting, opening, pausing]) expect(clock.pending).toBe(0);
  });
});

describe('direct TLS', () => {
  const folder = new URL('../support/tls/', import.meta.url);
  const tls = {
    key: readFileSync(new URL('key.pem', folder)),
    cert: readFileSync(new URL('certificate.pem', folder)),
  };

  it('joins a server whose authority is in xmpp.caFile [COMP-27]', async () => {
    const server = await startScriptedServer({ tls });
    const caFile = new URL('certificate.pem', folder).pathname;
    const side = await XmppSide.start({ server, config: { service: server.service, caFile } });
    const connection = await side.join();
    await connection.settle(DOMAIN);
    expect(side.link.online).toBe(true);
  });

  it('refuses a certificate that nobody vouches for, and says what to set [COMP-27]', async () => {
    const server = await startScriptedServer({ tls });
    const side = await XmppSide.start({ server, config: { service: server.service } });
    const { reason, advice } = await side.observer.until('xmpp-offline');
    expect(reason).toBe(`${server.service} has a certificate that is not trusted here`);
    expect(advice).toContain('xmpp.caFile');
  });

  it('says so when the port has no TLS', async () => {
    const server = await startScriptedServer();
    const service = server.service.replace('xmpp:', 'xmpps:');
    const side = await XmppSide.start({ server, config: { service } });
    (await server.accept()).send('<stream:stream>');
    expect((await side.observer.until('xmpp-offline')).reason).toBe(`${service} does not speak TLS`);
  });
});
