import { on, once } from 'node:events';
import { type Client, client } from '@xmpp/client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Testbed } from '../../src/testbed/testbed.ts';
import { xml } from '../../src/wire/xml.ts';

const domain = 'example.test';
let testbed: Testbed;
const clients: Client[] = [];

beforeEach(async () => {
  testbed = await Testbed.start({
    domain,
    components: { 'proxy.example.test': 'secret' },
    users: { alice: 'wonderland', bob: 'builder' },
  });
});

afterEach(async () => {
  await Promise.all(clients.splice(0).map((user) => user.stop()));
  await testbed.stop();
});

function makeClient(username: string, password: string, resource?: string): Client {
  const service = `xmpp://127.0.0.1:${testbed.clientPort}`;
  const user = client({
    service,
    domain,
    username,
    password,
    ...(resource === undefined ? {} : { resource }),
  });
  user.reconnect.stop();
  clients.push(user);
  return user;
}

async function logIn(username: string, password: string, resource: string): Promise<Client> {
  const user = makeClient(username, password, resource);
  await user.start();
  return user;
}

describe('two users of @xmpp/client on the testbed', () => {
  it('log in and get the resource they asked for', async () => {
    const jid = await makeClient('alice', 'wonderland', 'Rabbit Hole').start();
    expect(jid.toString()).toBe('alice@example.test/Rabbit Hole');
  });

  it('get a resource when they asked for none', async () => {
    const jid = await makeClient('alice', 'wonderland').start();
    expect(jid.toString()).toMatch(/^alice@example\.test\/.{4,}$/);
  });

  it('do not get in with a wrong password', async () => {
    const user = makeClient('alice', 'looking-glass');
    const failed = once(user, 'error').then(([error]) => error);
    user.start().catch(() => undefined);
    await expect(failed).resolves.toMatchObject({ condition: 'not-authorized' });
  });

  it('[RFC 6120 §8.1.2.1] exchange messages whose sender is stamped, whatever they claim', async () => {
    const alice = await logIn('alice', 'wonderland', 'a');
    const bob = await logIn('bob', 'builder', 'b');
    const received = once(bob, 'stanza');
    const body = xml('body', {}, 'jürgen <&> 🐇');
    await alice.send(xml('message', { to: 'bob@example.test/b', from: 'queen@example.test/x' }, body));
    const [message] = await received;
    expect(message.attrs.from).toBe('alice@example.test/a');
    expect(message.getChildText('body')).toBe('jürgen <&> 🐇');
  });

  it('ask each other and the server', async () => {
    const alice = await logIn('alice', 'wonderland', 'a');
    const bob = await logIn('bob', 'builder', 'b');
    bob.iqCallee.set('urn:test', 'question', () => xml('answer', { xmlns: 'urn:test' }, '42'));
    const question = xml(
      'iq',
      { type: 'set', to: 'bob@example.test/b' },
      xml('question', { xmlns: 'urn:test' }),
    );
    const result = await alice.iqCaller.request(question);
    expect(result.getChildText('answer')).toBe('42');
    const ping = xml('ping', { xmlns: 'urn:xmpp:ping' });
    await expect(alice.iqCaller.get(ping, domain)).resolves.toBeUndefined();
  });

  it.each([
    ['a resource that is not there', 'bob@example.test/away', 'service-unavailable'],
    ['an account that is not there', 'nobody@example.test/x', 'service-unavailable'],
    ['a component that has not joined', 'proxy.example.test', 'service-unavailable'],
    ['a domain that is not ours', 'elsewhere.test', 'remote-server-not-found'],
    ['something that is no JID', '@@/', 'jid-malformed'],
  ])('are told when they ask %s', async (_what, to, condition) => {
    const alice = await logIn('alice', 'wonderland', 'a');
    const asked = alice.iqCaller.get(xml('query', { xmlns: 'urn:test' }), to);
    await expect(asked).rejects.toMatchObject({ condition });
  });

  it('reach every available resource by a bare JID', async () => {
    const bobs = [await logIn('bob', 'builder', 'desk'), await logIn('bob', 'builder', 'phone')];
    for (const bob of bobs) {
      const told = once(bob, 'stanza');
      await bob.send(xml('presence'));
      await told;
    }
    const alice = await logIn('alice', 'wonderland', 'a');
    const messages = bobs.map(async (bob) => {
      for await (const [stanza] of on(bob, 'stanza')) {
        if (stanza.name === 'message') return stanza.getChildText('body');
      }
    });
    await alice.send(xml('message', { to: 'bob@example.test' }, xml('body', {}, 'hello')));
    await expect(Promise.all(messages)).resolves.toEqual(['hello', 'hello']);
  });

  it('[RFC 6120 §7.7.2.2] lose a resource to the one who binds it next', async () => {
    const first = await logIn('alice', 'wonderland', 'a');
    const replaced = once(first, 'error').then(([error]) => error);
    await logIn('alice', 'wonderland', 'a');
    await expect(replaced).resolves.toMatchObject({ condition: 'conflict' });
  });

  it('find the components by service discovery', async () => {
    const alice = await logIn('alice', 'wonderland', 'a');
    const items = await alice.iqCaller.get(
      xml('query', { xmlns: 'http://jabber.org/protocol/disco#items' }),
      domain,
    );
    expect(items?.getChildren('item').map((item) => item.attrs.jid)).toEqual(['proxy.example.test']);
    const info = await alice.iqCaller.get(
      xml('query', { xmlns: 'http://jabber.org/protocol/disco#info' }),
      domain,
    );
    expect(info?.getChild('identity')?.attrs).toMatchObject({ category: 'server', type: 'im' });
  });
});
