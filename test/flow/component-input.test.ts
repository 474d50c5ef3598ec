// What the server may send and what it may not: bounds, restricted XML, stream errors, other protocols. [RFC 6120 §4, §11]

import { describe, expect, it } from 'vitest';
import { attribute } from '../../src/wire/xml.ts';
import { COMPONENT_NS, type ScriptedConnection } from '../support/scripted-server.ts';
import { ALICE, DOMAIN, XmppSide } from '../support/xmpp-side.ts';

const PING = `<ping xmlns='urn:xmpp:ping'/>`;

/** The stream error that the component sends before it closes. */
async function untilRefused(connection: ScriptedConnection): Promise<string | undefined> {
  const error = await connection.next('error');
  await connection.untilFooter();
  await connection.untilClosed();
  return error.getChildElements()[0]?.name;
}

describe('input', () => {
  it('may be cut at any byte, also inside a character [COMP-23]', async () => {
    const { server, observer } = await XmppSide.start();
    const connection = await server.accept();
    await connection.untilHeader();
    await connection.sendByteByByte(
      `<?xml version='1.0'?><stream:stream xmlns='${COMPONENT_NS}' xmlns:stream='http://etherx.jabber.org/streams' id='1'>`,
    );
    await connection.next('handshake');
    await connection.sendByteByByte('<handshake/>');
    await observer.until('xmpp-online');
    await connection.sendByteByByte(
      `<iq type='get' id='zwölf €😀' from='jürgen@example.org/Büro' to='${DOMAIN}'>${PING}</iq>`,
    );
    const reply = await connection.nextStanza();
    expect(attribute(reply, 'id')).toBe('zwölf €😀');
    expect(attribute(reply, 'to')).toBe('jürgen@example.org/Büro');
  });

  it('may have whitespace between stanzas [COMP-21]', async () => {
    const connection = await (await XmppSide.start()).join();
    connection.send(' \n\t\r\n ');
    const reply = await connection.ask(
      `  <iq type='get' id='1' from='${ALICE}' to='${DOMAIN}'>${PING}</iq>  `,
    );
    expect(attribute(reply, 'type')).toBe('result');
  });

  it('may bind the streams namespace to any prefix, and the content to one, too [COMP-12]', async () => {
    const { server, observer } = await XmppSide.start();
    const connection = await server.accept();
    await connection.untilHeader();
    connection.send(
      `<s:stream xmlns:s='http://etherx.jabber.org/streams' xmlns:c='${COMPONENT_NS}' xmlns='${COMPONENT_NS}' id='1'>`,
    );
    await connection.next('handshake');
    connection.send('<c:handshake/>');
    await observer.until('xmpp-online');
    connection.send(`<c:iq type='get' id='1' from='${ALICE}' to='${DOMAIN}'>${PING}</c:iq>`);
    expect(attribute(await connection.nextStanza(), 'type')).toBe('result');
    connection.send(
      "<s:error><text xmlns='urn:ietf:params:xml:ns:xmpp-streams'>bye</text><system-shutdown xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></s:error>",
    );
    expect((await observer.until('xmpp-offline')).reason).toBe('the server is shutting down');
  });

  it('may hold a stanza of 100 kB [COMP-24]', async () => {
    const connection = await (await XmppSide.start()).join();
    const padding = 'x'.repeat(100_000);
    const reply = await connection.ask(
      `<iq type='get' id='1' from='${ALICE}' to='${DOMAIN}'><ping xmlns='urn:xmpp:ping'>${padding}</ping></iq>`,
    );
    expect(attribute(reply, 'type')).toBe('result');
  });

  it('may not hold one of 10 MiB, and the error comes while it still arrives [COMP-24]', async () => {
    const connection = await (await XmppSide.start()).join();
    connection.send(`<iq type='get' id='1' from='${ALICE}' to='${DOMAIN}'><x xmlns='urn:x'>`);
    const all = 10 * 2 ** 20;
    let sent = 0;
    for (; sent < all && !connection.received.includes('policy-violation'); sent += 2 ** 14) {
      connection.send('x'.repeat(2 ** 14));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(sent).toBeLessThan(all);
    expect(await untilRefused(connection)).toBe('policy-violation');
  });

  it('may not be nested without end [COMP-24]', async () => {
    const connection = await (await XmppSide.start()).join();
    connection.send('<a>'.repeat(100));
    expect(await untilRefused(connection)).toBe('policy-violation');
  });

  it.each([
    ['a document type declaration', `<!DOCTYPE x [<!ENTITY a "boo">]><iq id='&a;'/>`],
    ['an entity of its own', `<iq type='get' id='&a;'/>`],
    ['a comment', '<!-- hello -->'],
    ['a processing instruction', '<?php echo 1 ?>'],
  ])('may not have %s [COMP-22]', async (_, xml) => {
    const side = await XmppSide.start();
    const connection = await side.join();
    connection.send(xml);
    expect(await untilRefused(connection)).toBe('restricted-xml');
    expect(connection.received).not.toContain('boo');
  });

  it('has to be well-formed; if not, the stream is closed and joined anew [COMP-25]', async () => {
    const side = await XmppSide.start();
    const connection = await side.join();
    connection.send('<iq></message>');
    expect(await untilRefused(connection)).toBe('not-well-formed');
    await side.reconnect();
    await side.join();
  });

  it('has to be UTF-8 [COMP-22]', async () => {
    const connection = await (await XmppSide.start()).join();
    connection.send(Buffer.from("<iq id='\xff'/>", 'latin1'));
    expect(await untilRefused(connection)).toBe('unsupported-encoding');
  });

  it('is answered without comments, instructions and declarations but the first [COMP-22]', async () => {
    const connection = await (await XmppSide.start()).join();
    await connection.settle(DOMAIN);
    expect(connection.received.slice(1)).not.toMatch(/<[!?]/);
    expect(connection.parseError).toBeUndefined();
  });
});

describe('the end of a stream', () => {
  it('by a stream error is answered with the closing tag and the end of the connection [COMP-13]', async () => {
    const side = await XmppSide.start();
    const connection = await side.join();
    connection.send(
      "<stream:error><reset xmlns='urn:ietf:params:xml:ns:xmpp-streams'/><text xmlns='urn:ietf:params:xml:ns:xmpp-streams'>new\ncertificate</text></stream:error>",
    );
    await connection.untilFooter();
    await connection.untilClosed();
    expect((await side.observer.until('xmpp-offline')).reason).toBe(
      'the server ended the stream: reset (new certificate)',
    );
  });

  it('by the closing tag is answered with ours; what follows it harms nobody [COMP-18]', async () => {
    const side = await XmppSide.start();
    const connection = await side.join();
    connection.send('</stream:stream>');
    await connection.untilFooter();
    connection.send(`<iq type='get' id='1' from='${ALICE}' to='${DOMAIN}'>${PING}</iq>`);
    await connection.untilClosed();
    await side.reconnect();
    const next = await side.join();
    await next.settle(DOMAIN);
    expect(connection.unread).toEqual([]);
  });

  it('comes once, also when the rest of the same segment is broken [COMP-13]', async () => {
    const side = await XmppSide.start();
    const connection = await side.join();
    connection.send(
      "<stream:error><conflict xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error></oops>",
    );
    const { reason } = await side.observer.until('xmpp-offline');
    expect(reason).toBe(`another component has taken over ${DOMAIN}`);
    await connection.untilClosed();
    expect(side.observer.of('xmpp-offline')).toHaveLength(1);
  });
});

describe('a port that speaks something else gets one clear reason', () => {
  const cases: [string, string | Buffer, string][] = [
    ['HTTP', 'HTTP/1.1 400 Bad Request\r\n\r\n', 'does not speak XMPP but HTTP'],
    ['TLS', Buffer.of(0x15, 3, 1, 0, 2, 2, 70), 'does not speak XMPP but TLS'],
    ['SSH', 'SSH-2.0-OpenSSH_9.2\r\n', 'does not speak XMPP but SSH'],
    ['noise', '220 mail ESMTP\r\n', 'does not speak XMPP but something else'],
    ['HTML', '<html>', 'does not speak XMPP'],
    [
      'XMPP for clients',
      "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' id='1'>",
      'is a port for jabber:client, not for components',
    ],
  ];
  it.each(cases)('%s', async (_, bytes, expected) => {
    const side = await XmppSide.start();
    const connection = await side.server.accept();
    await connection.untilHeader();
    connection.send(bytes);
    const { reason, advice } = await side.observer.until('xmpp-offline');
    expect(reason).toBe(`${side.server.service} ${expected}`);
    expect(advice).toContain('xmpp.service');
  });

  it('hanging up', async () => {
    const side = await XmppSide.start();
    (await side.server.accept()).end();
    const { reason } = await side.observer.until('xmpp-offline');
    expect(reason).toBe(`${side.server.service} closed the connection without a stream header`);
  });

  it('silence', async () => {
    const side = await XmppSide.start();
    await (await side.server.accept()).untilHeader();
    side.clock.advance(10_000);
    const { reason } = await side.observer.until('xmpp-offline');
    expect(reason).toBe(`${side.server.service} accepts connections but does not open an XMPP stream`);
  });
});
