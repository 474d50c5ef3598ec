import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findProxy } from '../../src/cli/demo/find-proxy.ts';
import { offer } from '../../src/cli/demo/requester.ts';
import { receiveAll, takeOffer } from '../../src/cli/demo/target.ts';
import { User } from '../../src/cli/demo/user.ts';
import { Testbed } from '../../src/testbed/testbed.ts';
import { BYTESTREAMS, writeStreamhosts } from '../../src/wire/bytestreams.ts';
import { attribute, xml } from '../../src/wire/xml.ts';
import { COMPONENT_NS, digest, ScriptedConnection, STREAMS_NS } from '../support/scripted-server.ts';
import { Acceptor, dial } from '../support/tcp.ts';

const domain = 'example.test';
const secrets = { 'chat.example.test': 'a', 'gone.example.test': 'b', 'proxy.example.test': 'c' };
const passwords = { alice: 'wonderland', bob: 'builder' };
let testbed: Testbed;
const users: User[] = [];
const components: ScriptedConnection[] = [];

beforeEach(async () => {
  testbed = await Testbed.start({ domain, components: secrets, users: passwords });
});

afterEach(async () => {
  await Promise.all(users.splice(0).map((user) => user.logOut()));
  for (const component of components.splice(0)) component.destroy();
  await testbed.stop();
});

const inTime = () => AbortSignal.timeout(20_000);

async function logIn(username: keyof typeof passwords, password = passwords[username]): Promise<User> {
  const service = `xmpp://127.0.0.1:${testbed.clientPort}`;
  const user = await User.logIn({ service, domain, username, password, resource: 'test' }, inTime());
  users.push(user);
  return user;
}

/** A component that answers whatever it is asked with an identity. */
async function join(name: keyof typeof secrets, category: string, type: string): Promise<void> {
  const component = new ScriptedConnection(await dial(testbed.componentPort));
  components.push(component);
  component.send(`<stream:stream xmlns='${COMPONENT_NS}' xmlns:stream='${STREAMS_NS}' to='${name}'>`);
  const id = attribute(await component.untilHeader(), 'id') ?? '';
  component.send(`<handshake>${digest(id, secrets[name])}</handshake>`);
  await component.next('handshake');
  testbed.on('stanza', ({ attrs }) => {
    if (attrs.to !== name) return;
    const identity = `<identity category='${category}' type='${type}' name='It'/>`;
    const query = `<query xmlns='http://jabber.org/protocol/disco#info'>${identity}</query>`;
    component.send(`<iq type='result' id='${attrs.id}' from='${name}' to='${attrs.from}'>${query}</iq>`);
  });
}

describe('looking for the proxy', () => {
  it('[S5B-R-01] passes over what is no proxy and what does not answer', async () => {
    await join('chat.example.test', 'conference', 'text');
    await join('proxy.example.test', 'proxy', 'bytestreams');
    await expect(findProxy(await logIn('alice'), domain, inTime())).resolves.toEqual({
      items: ['chat.example.test', 'gone.example.test', 'proxy.example.test'],
      jid: 'proxy.example.test',
      name: 'It',
    });
  });

  it('fails with the names of what is there instead', async () => {
    await join('chat.example.test', 'conference', 'text');
    await expect(findProxy(await logIn('alice'), domain, inTime())).rejects.toThrow(
      /example\.test lists no bytestreams proxy \(its items: chat\.example\.test, /,
    );
  });
});

describe('an offer', () => {
  it('[S5B-T-10] is answered with item-not-found when no streamhost can be reached', async () => {
    const [alice, bob] = [await logIn('alice'), await logIn('bob')];
    void takeOffer(bob, inTime());
    const nowhere = { jid: 'proxy.example.test', host: '127.0.0.1', port: 1 };
    await expect(offer(alice, bob.jid, 'sid', nowhere, inTime())).rejects.toMatchObject({
      condition: 'item-not-found',
    });
  });

  it('[S5B-T-01] without a sid or a streamhost is a bad request', async () => {
    const [alice, bob] = [await logIn('alice'), await logIn('bob')];
    void takeOffer(bob, inTime());
    const streamhost = { jid: 'proxy.example.test', host: '127.0.0.1', port: 1 };
    for (const query of [writeStreamhosts([streamhost], undefined), writeStreamhosts([], 'sid')]) {
      const asked = alice.ask('set', bob.jid, query, 10_000, inTime());
      await expect(asked).rejects.toMatchObject({ condition: 'bad-request' });
    }
  });

  it('[S5B-R-06] fails when the target claims to use what was not offered', async () => {
    const [alice, bob] = [await logIn('alice'), await logIn('bob')];
    const used = xml('streamhost-used', { jid: 'elsewhere.test' });
    bob.answer(BYTESTREAMS, 'query', async () => xml('query', { xmlns: BYTESTREAMS, sid: 'sid' }, used));
    const streamhost = { jid: 'proxy.example.test', host: '127.0.0.1', port: 1 };
    await expect(offer(alice, bob.jid, 'sid', streamhost, inTime())).rejects.toThrow(
      'bob@example.test/test uses elsewhere.test, which was not offered',
    );
  });
});

describe('a user', () => {
  it('is told why the login failed', async () => {
    await expect(logIn('alice', 'looking-glass')).rejects.toMatchObject({ condition: 'not-authorized' });
  });

  it('does not wait for an answer when called off', async () => {
    const [alice, bob] = [await logIn('alice'), await logIn('bob')];
    bob.answer('urn:test', 'question', () => new Promise(() => {}));
    const controller = new AbortController();
    const asked = alice.ask(
      'set',
      bob.jid,
      xml('question', { xmlns: 'urn:test' }),
      60_000,
      controller.signal,
    );
    controller.abort(new Error('called off'));
    await expect(asked).rejects.toThrow('called off');
  });

  it('can log out when the server is gone already', async () => {
    const alice = await logIn('alice');
    await testbed.stop();
    await expect(alice.logOut()).resolves.toBeUndefined();
  });
});

describe('receiving', () => {
  it('fails when the connection is reset', async () => {
    const { client, accepted } = await (await Acceptor.open()).pair();
    const receiving = receiveAll(client, () => {}, inTime());
    accepted.resetAndDestroy();
    await expect(receiving).rejects.toThrow(/ECONNRESET/);
  });

  it('ends and closes the connection when called off', async () => {
    const { client, accepted } = await (await Acceptor.open()).pair();
    const controller = new AbortController();
    const receiving = receiveAll(client, () => controller.abort(), controller.signal);
    const ended = once(accepted.resume(), 'end');
    accepted.write('x');
    await expect(receiving).rejects.toThrow('called off');
    await ended;
    expect(client.destroyed).toBe(true);
  });
});
