import { beforeEach, describe, expect, it } from 'vitest';
import { Accounts } from '../../../src/testbed/accounts.ts';
import { Router } from '../../../src/testbed/router.ts';
import type { Recipient } from '../../../src/testbed/sessions.ts';
import { parseJid } from '../../../src/wire/jid.ts';
import { type Element, xml } from '../../../src/wire/xml.ts';

const domain = 'example.test';
const component = 'proxy.example.test';
let router: Router;

/** A stream that keeps what it is given. */
class Mailbox implements Recipient {
  readonly stanzas: Element[] = [];
  closedWith: string | undefined;

  deliver(stanza: Element): void {
    this.stanzas.push(stanza);
  }

  close(condition?: string): void {
    this.closedWith = condition;
  }

  drop(): void {
    this.closedWith = 'dropped';
  }

  /** What came, in short: name, type, error condition. */
  get summary(): string[] {
    return this.stanzas.map((stanza) => {
      const condition = stanza.getChild('error')?.getChildElements()[0]?.name;
      return [stanza.name, stanza.attrs.type, condition].filter(Boolean).join(' ');
    });
  }
}

function jid(text: string) {
  const parsed = parseJid(text);
  if (parsed === undefined) throw new Error(`no JID: ${text}`);
  return parsed;
}

function bind(text: string): Mailbox {
  const mailbox = new Mailbox();
  router.sessions.bind(jid(text), mailbox);
  return mailbox;
}

beforeEach(() => {
  const accounts = new Accounts({ alice: 'a', bob: 'b' });
  router = new Router(domain, [component], accounts);
});

describe('the testbed routes', () => {
  it('a stanza to the bound resource, whatever the letter case of account and domain', () => {
    const bob = bind('bob@example.test/Home');
    router.route(xml('message', { from: 'x', to: 'BOB@Example.Test/Home' }));
    router.route(xml('message', { from: 'x', to: 'bob@example.test/home' }));
    expect(bob.stanzas).toHaveLength(1);
  });

  it('a message for an account to its available resources only', () => {
    const [desk, phone] = [bind('bob@example.test/desk'), bind('bob@example.test/phone')];
    router.announce(xml('presence', { from: 'bob@example.test/desk' }), jid('bob@example.test/desk'));
    router.route(xml('message', { from: 'x', to: 'bob@example.test' }));
    router.route(xml('message', { from: 'x', to: 'bob@example.test/gone' }));
    expect(desk.summary).toEqual(['presence', 'message', 'message']);
    expect(phone.summary).toEqual([]);
  });

  it('nothing to a resource that has become unavailable, or is unbound', () => {
    const desk = bind('bob@example.test/desk');
    const from = jid('bob@example.test/desk');
    router.announce(xml('presence', {}), from);
    router.announce(xml('presence', { type: 'unavailable' }), from);
    router.route(xml('message', { from: 'x', to: 'bob@example.test' }));
    router.sessions.unbind(from, desk);
    router.route(xml('message', { from: 'x', to: 'bob@example.test/desk' }));
    expect(desk.summary).toEqual(['presence', 'presence unavailable']);
  });

  it('to a component only while it is there, and to one stream a component', () => {
    const [first, second] = [new Mailbox(), new Mailbox()];
    expect(router.addComponent(component, first)).toBe(true);
    expect(router.addComponent(component, second)).toBe(false);
    expect(router.removeComponent(component, second)).toBe(false);
    router.route(xml('presence', { from: 'x', to: component }));
    expect(router.removeComponent(component, first)).toBe(true);
    router.route(xml('presence', { from: 'x', to: component }));
    expect(first.summary).toEqual(['presence']);
  });

  it('a resource to whoever bound it last, and the end of the former one changes nothing', () => {
    const former = bind('bob@example.test/home');
    const latter = bind('bob@example.test/home');
    expect(former.closedWith).toBe('conflict');
    router.sessions.unbind(jid('bob@example.test/home'), former);
    router.route(xml('message', { from: 'x', to: 'bob@example.test/home' }));
    expect(latter.summary).toEqual(['message']);
  });
});

describe('the testbed answers', () => {
  const ask = (to: string, payload?: Element, type = 'get') => {
    const alice = bind('alice@example.test/a');
    const request = xml(
      'iq',
      { type, id: '7', from: 'alice@example.test/a', to },
      ...(payload ? [payload] : []),
    );
    router.route(request);
    return alice;
  };
  const ping = xml('ping', { xmlns: 'urn:xmpp:ping' });

  it.each([
    ['bob@example.test/away', 'iq error service-unavailable'],
    ['bob@example.test', 'iq error service-unavailable'],
    ['nobody@example.test', 'iq error service-unavailable'],
    [component, 'iq error service-unavailable'],
    ['elsewhere.test', 'iq error remote-server-not-found'],
    ['@@/', 'iq error jid-malformed'],
  ])('a request to %s, which no one takes, with %s', (to, answer) => {
    expect(ask(to, xml('query', { xmlns: 'urn:test' })).summary).toEqual([answer]);
  });

  it('with addresses turned round and the same id', () => {
    const [answer] = ask('bob@example.test/away', ping).stanzas;
    expect(answer?.attrs).toEqual({
      type: 'error',
      from: 'bob@example.test/away',
      to: 'alice@example.test/a',
      id: '7',
    });
  });

  it('neither a result nor an error nor a message nor a presence that no one takes', () => {
    const alice = bind('alice@example.test/a');
    const addresses = { from: 'alice@example.test/a', to: 'bob@example.test/away' };
    for (const type of ['result', 'error']) router.route(xml('iq', { ...addresses, type, id: '1' }));
    router.route(xml('message', addresses));
    router.route(xml('presence', addresses));
    router.route(xml('message', { ...addresses, to: domain }));
    expect(alice.summary).toEqual([]);
  });

  it('[XEP-0199] pings to the server and to an account', () => {
    expect(ask(domain, ping).summary).toEqual(['iq result']);
    expect(ask('alice@example.test', ping).summary).toEqual(['iq result']);
  });

  it('the session request of old clients', () => {
    const session = xml('session', { xmlns: 'urn:ietf:params:xml:ns:xmpp-session' });
    expect(ask('alice@example.test', session, 'set').summary).toEqual(['iq result']);
  });

  it('a request without a payload, or with two, as a bad one', () => {
    expect(ask(domain).summary).toEqual(['iq error bad-request']);
    const two = xml('iq', { type: 'get', from: 'alice@example.test/b', to: domain }, ping, xml('x', {}));
    const alice = bind('alice@example.test/b');
    router.route(two);
    expect(alice.summary).toEqual(['iq error bad-request']);
  });

  it('[XEP-0030] discovery with its components, connected or not, and no nodes', () => {
    const items = 'http://jabber.org/protocol/disco#items';
    const [answer] = ask(domain, xml('query', { xmlns: items })).stanzas;
    expect(
      answer
        ?.getChild('query', items)
        ?.getChildElements()
        .map((item) => item.attrs),
    ).toEqual([{ jid: component }]);
    expect(ask(domain, xml('query', { xmlns: items, node: 'x' })).summary).toEqual([
      'iq error item-not-found',
    ]);
    expect(ask(domain, xml('query', { xmlns: items }), 'set').summary).toEqual([
      'iq error service-unavailable',
    ]);
  });
});
