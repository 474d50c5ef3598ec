// Where the proxy listens: who is told what. [XEP-0065 §4]

import { describe, expect, it } from 'vitest';
import { attribute, childElements, type Element } from '../../src/wire/xml.ts';
import { verdict } from '../support/replies.ts';
import { ALICE, DOMAIN, MALLORY, XmppSide } from '../support/xmpp-side.ts';

const NS = 'http://jabber.org/protocol/bytestreams';
const ask = (query: string, from = ALICE) =>
  `<iq type='get' id='q' from='${from}' to='${DOMAIN}'>${query}</iq>`;

/** The streamhosts in an answer. */
function streamhosts(reply: Element): Record<string, string>[] {
  const [query] = childElements(reply);
  return (query?.getChildren('streamhost', NS) ?? []).map(({ attrs }) => attrs);
}

describe('an address query', () => {
  it('gets exactly one streamhost by default: host, port, and the JID that was asked [S5B-P-10] [S5B-P-11] [S5B-P-12] [S5B-P-19] (clients.md 2.6)', async () => {
    const side = await XmppSide.start();
    const reply = await (await side.join()).ask(ask(`<query xmlns='${NS}'/>`));
    expect(attribute(reply, 'type')).toBe('result');
    expect(attribute(reply, 'from')).toBe(DOMAIN);
    expect(streamhosts(reply)).toEqual([{ host: '192.0.2.7', jid: DOMAIN, port: '7777' }]);
    expect(side.observer.of('address-query')).toEqual([
      { kind: 'address-query', result: 'ok', requester: ALICE },
    ]);
  });

  it('gives an IPv6 address as RFC 5952 writes it, without brackets [S5B-P-13]', async () => {
    const side = await XmppSide.start({ streamhosts: [{ host: '2001:db8::1', port: 7777 }] });
    const reply = await (await side.join()).ask(ask(`<query xmlns='${NS}'/>`));
    expect(streamhosts(reply)[0]?.host).toBe('2001:db8::1');
  });

  it('needs no sid [S5B-P-14]', async () => {
    const reply = await (await (await XmppSide.start()).join()).ask(ask(`<query xmlns='${NS}'/>`));
    expect(reply.getChild('query')?.attrs).toEqual({ xmlns: NS });
  });

  it('may have a sid, as before version 1.8, and finds it in the answer (QXmpp) [S5B-P-15]', async () => {
    const reply = await (await (await XmppSide.start()).join()).ask(ask(`<query xmlns='${NS}' sid='x y'/>`));
    expect(reply.getChild('query')?.attrs).toEqual({ xmlns: NS, sid: 'x y' });
  });

  it('reserves nothing [S5B-P-16]', async () => {
    const side = await XmppSide.start();
    const connection = await side.join();
    for (let i = 0; i < 100; i++) await connection.ask(ask(`<query xmlns='${NS}' sid='s${i}'/>`));
    expect(side.table.connectionsWaiting()).toBe(0);
    expect(side.clock.pending).toBe(1); // the next ping
  });

  it('from someone who is not allowed is forbidden, with an error and no empty result [S5B-P-17] (clients.md 2.6)', async () => {
    const side = await XmppSide.start();
    const reply = await (await side.join()).ask(ask(`<query xmlns='${NS}'/>`, MALLORY));
    expect(verdict(reply)).toBe('forbidden/auth');
    expect(reply.getChild('query')).toBeUndefined();
    expect(side.observer.of('address-query')[0]?.result).toBe('forbidden');
  });

  it('gets an error while there is no usable address [S5B-P-18]', async () => {
    const side = await XmppSide.start({ streamhosts: [] });
    const reply = await (await side.join()).ask(ask(`<query xmlns='${NS}'/>`));
    expect(verdict(reply)).toBe('not-allowed/cancel');
    expect(side.observer.of('address-query')[0]?.result).toBe('no-address');
  });

  it('while shutting down meets a constraint [S5B-P-73] [S5B-P-88]', async () => {
    const side = await XmppSide.start();
    const connection = await side.join();
    side.table.drain();
    expect(verdict(await connection.ask(ask(`<query xmlns='${NS}'/>`)))).toBe('resource-constraint/wait');
    expect(side.observer.of('address-query')[0]?.result).toBe('draining');
  });

  it('gets several streamhosts in their order when several are configured [S5B-P-19]', async () => {
    const hosts = [
      { host: '192.0.2.7', port: 7777 },
      { host: '2001:db8::7', port: 7777 },
      { host: '192.0.2.7', port: 443 },
    ];
    const side = await XmppSide.start({ streamhosts: hosts });
    const reply = await (await side.join()).ask(ask(`<query xmlns='${NS}'/>`));
    expect(streamhosts(reply)).toEqual(
      hosts.map(({ host, port }) => ({ jid: DOMAIN, host, port: `${port}` })),
    );
  });

  it.each([
    '<activate>bob@example.net/work</activate>',
    `<streamhost jid='a' host='b'/>`,
    `<streamhost-used jid='a'/>`,
    '<foo/>',
  ])('that holds %s is a bad request and activates nothing; a set still does [S5B-P-20]', async (child) => {
    const side = await XmppSide.start();
    const connection = await side.join();
    side.wait('s', ALICE, 'bob@example.net/work');
    expect(verdict(await connection.ask(ask(`<query xmlns='${NS}' sid='s'>${child}</query>`)))).toBe(
      'bad-request/modify',
    );
    expect(side.engine.streams).toEqual([]);
    expect(side.observer.of('address-query')[0]?.result).toBe('bad-request');
    const set = `<iq type='set' id='a' from='${ALICE}' to='${DOMAIN}'><query xmlns='${NS}' sid='s'><activate>bob@example.net/work</activate></query></iq>`;
    expect(attribute(await connection.ask(set), 'type')).toBe('result');
    expect(side.engine.streams).toHaveLength(1);
  });

  it('that holds only foreign children is a plain one [S5B-P-21]', async () => {
    const connection = await (await XmppSide.start()).join();
    const query = `<query xmlns='${NS}'><x xmlns='urn:t'/><activate xmlns=''>x</activate></query>`;
    expect(streamhosts(await connection.ask(ask(query)))).toHaveLength(1);
  });
});
