// What any XMPP entity owes its peers: one answer to each request, none to anything else. [RFC 6120 §8] [XEP-0030]

import { release, type } from 'node:os';
import { describe, expect, it } from 'vitest';
import { attribute, childElements, type Element } from '../../src/wire/xml.ts';
import { payloadOf, verdict } from '../support/replies.ts';
import type { ScriptedConnection } from '../support/scripted-server.ts';
import { ALICE, DOMAIN, MALLORY, XmppSide, type XmppSideOptions } from '../support/xmpp-side.ts';

const INFO = 'http://jabber.org/protocol/disco#info';
const ITEMS = 'http://jabber.org/protocol/disco#items';
const BYTESTREAMS = 'http://jabber.org/protocol/bytestreams';

interface Iq {
  readonly type?: string;
  readonly from?: string;
  readonly to?: string;
}

let asked = 0;

function iq(payload: string, { type = 'get', from = ALICE, to = DOMAIN }: Iq = {}): string {
  return `<iq type='${type}' id='q${++asked}' from='${from}' to='${to}'>${payload}</iq>`;
}

const query = (namespace: string, rest = '') => `<query xmlns='${namespace}'${rest}/>`;

async function join(options?: XmppSideOptions): Promise<ScriptedConnection> {
  return (await XmppSide.start(options)).join();
}

function features(reply: Element): (string | undefined)[] {
  return payloadOf(reply)
    .getChildren('feature')
    .map((feature) => attribute(feature, 'var'));
}

describe('every iq', () => {
  it('comes back with its id, whatever is in it [ENT-01]', async () => {
    const link = await join();
    const id = 'a\t\r\n b<>&"\'';
    const written = id.replace(/[^\w ]/g, (char) => `&#${char.charCodeAt(0)};`);
    const ping = `<iq type='get' id='${written}' from='${ALICE}' to='${DOMAIN}'><ping xmlns='urn:xmpp:ping'/></iq>`;
    link.send(ping);
    expect((await link.next('iq')).attrs).toMatchObject({ type: 'result', id });
  });

  const unknown: [string, string, string][] = [
    ['of an unknown namespace [ENT-02]', iq("<x xmlns='urn:none'/>"), 'service-unavailable/cancel'],
    [
      'set of an unknown namespace [ENT-02]',
      iq("<x xmlns='urn:none'/>", { type: 'set' }),
      'service-unavailable/cancel',
    ],
    [
      'with an unknown element of a known namespace [S5B-P-70]',
      iq(`<foo xmlns='${BYTESTREAMS}'/>`),
      'service-unavailable/cancel',
    ],
    ['without a child [ENT-04]', iq(''), 'bad-request/modify'],
    ['with two children [ENT-04]', iq(query(INFO) + query(INFO)), 'bad-request/modify'],
    ['set with text instead of a child [ENT-04]', iq('hello', { type: 'set' }), 'bad-request/modify'],
    ['of an unknown type [ENT-05]', iq(query(INFO), { type: 'foo' }), 'bad-request/modify'],
    ['set on disco#info [ENT-14]', iq(query(INFO), { type: 'set' }), 'not-allowed/cancel'],
    ['set on disco#items [ENT-14]', iq(query(ITEMS), { type: 'set' }), 'not-allowed/cancel'],
    ['set on ping [ENT-14]', iq("<ping xmlns='urn:xmpp:ping'/>", { type: 'set' }), 'not-allowed/cancel'],
    ['set on version [ENT-14]', iq(query('jabber:iq:version'), { type: 'set' }), 'not-allowed/cancel'],
    ['set on last [ENT-14]', iq(query('jabber:iq:last'), { type: 'set' }), 'not-allowed/cancel'],
  ];
  it.each(unknown)(
    '%s gets one error, and nothing of it is echoed [ENT-09]',
    async (_, request, expected) => {
      const connection = await join();
      const reply = await connection.ask(request);
      expect(verdict(reply)).toBe(expected);
      expect(childElements(reply).map(({ name }) => name)).toEqual(['error']);
      await connection.settle(DOMAIN);
      expect(connection.unread).toEqual([]);
    },
  );

  it('is answered exactly once, whatever it is, with its own id [ENT-01]', async () => {
    const connection = await join();
    const payloads = unknown.map(([, request]) => request);
    const ids = payloads.map((request, index) => `n${index}-${/id='(\w+)'/.exec(request)?.[1]}`);
    connection.send(payloads.map((request, i) => request.replace(/id='\w+'/, `id='${ids[i]}'`)).join(''));
    await connection.settle(DOMAIN);
    expect(connection.unread.map((reply) => attribute(reply, 'id')).sort()).toEqual(ids.sort());
  });

  it('is answered from the address that was asked, to the asker [COMP-16] [S5B-P-75]', async () => {
    const connection = await join();
    const to = `${DOMAIN}/abc`;
    const reply = await connection.ask(iq("<x xmlns='urn:none'/>", { to }));
    expect(attribute(reply, 'from')).toBe(to);
    expect(attribute(reply, 'to')).toBe(ALICE);
  });

  it.each([`user@${DOMAIN}`, `${DOMAIN}/res`])(
    'to %s, where nobody lives, is refused as its namespace demands [ENT-15]',
    async (to) => {
      const connection = await join();
      const ask = async (payload: string) => verdict(await connection.ask(iq(payload, { to })));
      expect(await ask(query(INFO))).toBe('item-not-found/cancel');
      expect(await ask(query(ITEMS))).toBe('item-not-found/cancel');
      expect(await ask("<ping xmlns='urn:xmpp:ping'/>")).toBe('service-unavailable/cancel');
      expect(await ask(query(BYTESTREAMS))).toBe('service-unavailable/cancel');
    },
  );

  it('has an error with one condition, a type and a text [ENT-07]', async () => {
    const connection = await join();
    const error = (await connection.ask(iq("<x xmlns='urn:none'/>"))).getChild('error');
    const ns = 'urn:ietf:params:xml:ns:xmpp-stanzas';
    expect(error?.getChildElements().map((child) => [child.name, child.getNS()])).toEqual([
      ['service-unavailable', ns],
      ['text', ns],
    ]);
  });
});

describe('what is no request', () => {
  it.each([
    ['a stray result [ENT-03]', iq('', { type: 'result' })],
    ['a stray error [ENT-03]', iq('<error/>', { type: 'error' })],
    ['a message [ENT-25]', `<message from='${ALICE}' to='${DOMAIN}' id='m'><body>hello</body></message>`],
    ['a message of type error [ENT-25]', `<message type='error' from='${ALICE}' to='${DOMAIN}'/>`],
    ['an available presence [ENT-23] [ENT-24]', `<presence from='${ALICE}' to='${DOMAIN}'/>`],
    ...['unavailable', 'subscribed', 'unsubscribe', 'unsubscribed', 'probe', 'error'].map(
      (kind): [string, string] => [
        `a presence of type ${kind} [ENT-24]`,
        `<presence type='${kind}' from='${ALICE}' to='${DOMAIN}'/>`,
      ],
    ),
  ])('such as %s, gets no answer', async (_, stanza) => {
    const connection = await join();
    connection.send(stanza);
    await connection.settle(DOMAIN);
    expect(connection.unread).toEqual([]);
  });

  it('but a request to subscribe is turned down once [ENT-24]', async () => {
    const connection = await join();
    connection.send(`<presence type='subscribe' from='alice@example.org' to='${DOMAIN}'/>`);
    await connection.settle(DOMAIN);
    expect(connection.unread.map((stanza) => stanza.attrs)).toEqual([
      { xmlns: 'jabber:component:accept', type: 'unsubscribed', from: DOMAIN, to: 'alice@example.org' },
    ]);
  });

  it('and a stanza without a sender, or for someone else, is dropped with a word in the log [ENT-10]', async () => {
    const side = await XmppSide.start();
    const connection = await side.join();
    connection.send(`<iq type='get' id='1' to='${DOMAIN}'>${query(INFO)}</iq>`);
    connection.send(iq(query(INFO), { to: 'other.example.org' }));
    await connection.settle(DOMAIN);
    expect(connection.unread).toEqual([]);
    expect(side.observer.of('xmpp-warning').map(({ message }) => message)).toEqual([
      'dropped a stanza (iq) without a sender',
      `dropped a stanza (iq) that is not for ${DOMAIN}`,
    ]);
  });
});

describe('service discovery', () => {
  it('finds a bytestreams proxy, by identity and by feature [S5B-P-01] [S5B-P-02] (clients.md 2.5)', async () => {
    const reply = await (await join()).ask(iq(query(INFO)));
    expect(
      payloadOf(reply)
        .getChildren('identity')
        .map(({ attrs }) => attrs),
    ).toEqual([{ category: 'proxy', type: 'bytestreams', name: 'SOCKS5 Bytestreams' }]);
    expect(features(reply)).toContain(BYTESTREAMS);
  });

  it('shows the name from the configuration [S5B-P-03]', async () => {
    const connection = await join({ identity: { name: 'Dateien & mehr' } });
    const identity = payloadOf(await connection.ask(iq(query(INFO)))).getChild('identity');
    expect(identity && attribute(identity, 'name')).toBe('Dateien & mehr');
  });

  it('lists what is answered, itself included, and nothing else: no UDP [ENT-11] [S5B-P-04]', async () => {
    const connection = await join({ identity: { vcard: { name: 'Proxy' } } });
    const listed = features(await connection.ask(iq(query(INFO))));
    expect(listed).toEqual([
      INFO,
      ITEMS,
      BYTESTREAMS,
      'urn:xmpp:ping',
      'jabber:iq:version',
      'jabber:iq:last',
      'vcard-temp',
    ]);
    const elements: Record<string, string> = { 'urn:xmpp:ping': 'ping', 'vcard-temp': 'vCard' };
    for (const feature of listed) {
      const payload = `<${elements[feature ?? ''] ?? 'query'} xmlns='${feature}'/>`;
      expect(verdict(await connection.ask(iq(payload)))).toBe('result');
    }
  });

  it('has no items, and that is no error [S5B-P-05]', async () => {
    const reply = await (await join()).ask(iq(query(ITEMS)));
    expect(verdict(reply)).toBe('result');
    expect(payloadOf(reply).toString()).toBe(`<query xmlns="${ITEMS}"/>`);
  });

  it.each([INFO, ITEMS])('mirrors an empty node and knows no other, in %s [ENT-12] [ENT-13]', async (ns) => {
    const connection = await join();
    expect(attribute(payloadOf(await connection.ask(iq(query(ns, " node=''")))), 'node')).toBe('');
    expect(verdict(await connection.ask(iq(query(ns, " node='zzz'"))))).toBe('item-not-found/cancel');
  });

  it('is the same for someone who may not use the proxy [S5B-P-06]', async () => {
    const connection = await join();
    const allowed = await connection.ask(iq(query(INFO)));
    const denied = await connection.ask(iq(query(INFO), { from: MALLORY }));
    expect(payloadOf(denied).toString()).toBe(payloadOf(allowed).toString());
  });

  it('tells the contact addresses that are configured, and only those [ENT-20] [ENT-21]', async () => {
    const contacts = {
      admin: ['mailto:admin@example.org', 'xmpp:admin@example.org'],
      abuse: ['mailto:abuse@example.org'],
      sales: [],
    };
    const connection = await join({ identity: { contacts } });
    const form = payloadOf(await connection.ask(iq(query(INFO)))).getChild('x', 'jabber:x:data');
    expect(form?.attrs.type).toBe('result');
    expect(
      form
        ?.getChildren('field')
        .map((field) => [
          field.attrs.var,
          field.attrs.type,
          field.getChildren('value').map((value) => value.getText()),
        ]),
    ).toEqual([
      ['FORM_TYPE', 'hidden', ['http://jabber.org/network/serverinfo']],
      ['admin-addresses', 'list-multi', contacts.admin],
      ['abuse-addresses', 'list-multi', contacts.abuse],
    ]);
  });

  it('has no form when there is no contact address [ENT-20]', async () => {
    const reply = await (await join()).ask(iq(query(INFO)));
    expect(payloadOf(reply).getChild('x')).toBeUndefined();
  });
});

describe('small protocols', () => {
  it('ping gets an empty result [ENT-16]', async () => {
    const reply = await (await join()).ask(iq("<ping xmlns='urn:xmpp:ping'/>"));
    expect(verdict(reply)).toBe('result');
    expect(reply.children).toEqual([]);
  });

  it('version tells name and version, and no operating system by default [ENT-17] [ENT-18]', async () => {
    const payload = payloadOf(await (await join()).ask(iq(query('jabber:iq:version'))));
    expect(payload.toString()).toBe(
      '<query xmlns="jabber:iq:version"><name>streamhost</name><version>1.2.3</version></query>',
    );
  });

  it('version tells the operating system if the operator wants it [ENT-18]', async () => {
    const connection = await join({
      identity: { software: { name: 'streamhost', version: '1.2.3', showOs: true } },
    });
    const payload = payloadOf(await connection.ask(iq(query('jabber:iq:version'))));
    expect(payload.getChildText('os')).toBe(`${type()} ${release()}`);
  });

  it('last activity is the uptime in whole seconds, without text [ENT-19]', async () => {
    const side = await XmppSide.start();
    const connection = await side.join();
    const seconds = async () => {
      const payload = payloadOf(await connection.ask(iq(query('jabber:iq:last'))));
      expect(payload.children).toEqual([]);
      return attribute(payload, 'seconds');
    };
    expect(await seconds()).toBe('0');
    side.clock.advance(2999);
    expect(await seconds()).toBe('2');
  });

  it('the vCard is what the configuration says [ENT-22]', async () => {
    const vcard = { name: 'Proxy', description: 'Files <here>', url: 'https://e.org/', email: 'a@e.org' };
    const connection = await join({ identity: { vcard } });
    const payload = payloadOf(await connection.ask(iq("<vCard xmlns='vcard-temp'/>")));
    expect(payload.toString()).toBe(
      '<vCard xmlns="vcard-temp"><FN>Proxy</FN><EMAIL><INTERNET/><USERID>a@e.org</USERID></EMAIL>' +
        '<URL>https://e.org/</URL><DESC>Files &lt;here&gt;</DESC></vCard>',
    );
  });

  it('without a configured vCard there is no such service [ENT-22]', async () => {
    const reply = await (await join()).ask(iq("<vCard xmlns='vcard-temp'/>"));
    expect(verdict(reply)).toBe('service-unavailable/cancel');
  });
});
