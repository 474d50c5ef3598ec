// Each of the sixteen rules that real clients impose, with fakes of the strict readers among them. [clients.md 2]

import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { attribute, childElements, isElement } from '../../src/wire/xml.ts';
import {
  ALICE,
  BOB,
  connectMessage,
  DOMAIN,
  greet,
  keyOf,
  outcome,
  ProxyUnderTest,
  type Transfer,
} from '../support/proxy.ts';
import { ended, receive, receiveAll } from '../support/tcp.ts';

const BYTESTREAMS = 'http://jabber.org/protocol/bytestreams';

describe('clients.md 2', () => {
  it('.1 the answer to CONNECT satisfies Dino: 47 bytes, name, length, hash, port 0 [S5B-P-40]', async () => {
    const { proxy, transfer } = await start();
    const answer = await readOnce(await greeted(proxy), connectMessage(keyOf(transfer)));
    expect(answer).toHaveLength(47);
    expect([...answer.subarray(0, 5)]).toEqual([5, 0, 0, 3, 40]);
    expect(answer.subarray(5, 45).toString()).toBe(keyOf(transfer));
    expect(answer.readUInt16BE(45)).toBe(0);
  });

  it('.1 the answer to CONNECT satisfies Smack: equal to the request but for one byte [S5B-P-40]', async () => {
    const { proxy, transfer } = await start();
    const request = connectMessage(keyOf(transfer));
    const answer = await readOnce(await greeted(proxy), request);
    request[1] = 0;
    expect(answer.equals(request)).toBe(true);
  });

  it('.2 each answer comes in one piece with nothing behind it: Gajim reads 2 bytes, then at most 64, and takes the rest for the file', async () => {
    const { proxy, transfer } = await start();
    const other = await proxy.peer(transfer);
    const gajim = await proxy.dial();
    expect(await readOnce(gajim, Buffer.of(5, 1, 0))).toHaveLength(2);
    const answer = await readOnce(gajim, connectMessage(keyOf(transfer)));
    expect(answer.subarray(0, 64)).toHaveLength(47);
    await proxy.activate(transfer);
    other.write('the file');
    expect((await readNext(gajim)).toString()).toBe('the file');
  });

  it('.3 after an error the connection is closed at once, since Gajim ignores REP [SOCKS-17]', async () => {
    const { proxy } = await start();
    const socket = await greeted(proxy);
    socket.write(connectMessage('example.com'));
    expect((await receiveAll(socket)).end).toBe('fin');
  });

  it('.4 method 00 is chosen out of what old Psi offers [SOCKS-02]', async () => {
    const { proxy } = await start();
    expect([...(await readOnce(await proxy.dial(), Buffer.of(5, 2, 0, 2)))]).toEqual([5, 0]);
  });

  it('.5 discovery without a node tells both the identity and the feature [S5B-P-01] [S5B-P-02]', async () => {
    const { proxy } = await start();
    const info = await ask(proxy, 'get', "<query xmlns='http://jabber.org/protocol/disco#info'/>");
    const query = info.getChild('query');
    const children = query ? childElements(query) : [];
    expect(
      children
        .filter((child) => child.name === 'identity')
        .map(({ attrs }) => `${attrs.category}/${attrs.type}`),
    ).toEqual(['proxy/bytestreams']);
    expect(children.filter((child) => child.name === 'feature').map(({ attrs }) => attrs.var)).toContain(
      BYTESTREAMS,
    );
  });

  it('.6 the address is exactly one streamhost with jid, host and port, told by that jid [S5B-P-10] [S5B-P-11] [S5B-P-12]', async () => {
    const { proxy } = await start();
    const reply = await proxy.query();
    const query = reply.getChild('query');
    const hosts = query ? childElements(query) : [];
    expect(hosts).toHaveLength(1);
    expect(hosts[0] && isElement(hosts[0], 'streamhost', BYTESTREAMS)).toBe(true);
    expect(hosts[0]?.attrs).toMatchObject({ jid: DOMAIN, host: '203.0.113.7', port: '7777' });
    expect(attribute(reply, 'from')).toBe(DOMAIN);
  });

  it('.6 whoever is refused gets an error, never an empty result [S5B-P-17]', async () => {
    const { proxy } = await start();
    const reply = await proxy.query('mallory@example.com/x');
    expect(outcome(reply)).toBe('forbidden/auth');
    expect(reply.getChild('query')).toBeUndefined();
  });

  it('.7 without streamhosts in the configuration the host is an IPv4 literal, as Swiften needs [S5B-P-13]', async () => {
    const proxy = await ProxyUnderTest.start({
      config: { streamhosts: undefined, listen: [{ host: '0.0.0.0', port: 0 }] },
    });
    const reply = await proxy.query();
    const host = reply.getChild('query')?.getChild('streamhost');
    expect(host?.attrs.host).toMatch(/^\d+\.\d+\.\d+\.\d+$/);
    expect(host?.attrs.port).toBe(String(proxy.port));
  });

  it('.8 no refusal of discovery or of the address is of the type wait, which would blacklist us with Smack', async () => {
    const { proxy } = await start({ limits: { streams: 1 } });
    await proxy.stream();
    expect(outcome(await proxy.query())).toBe('result');
    expect(outcome(await proxy.query('mallory@example.com/x'))).not.toContain('wait');
  });

  it('.9 a connection waits for many minutes, whoever came first [S5B-P-41] [S5B-P-83]', async () => {
    const { proxy, transfer } = await start();
    const requester = await proxy.peer(transfer); // Conversations and Swiften connect before they offer
    expect(await proxy.metric('streamhost_connections_waiting')).toBe(1);
    const target = await proxy.peer(transfer);
    expect(outcome(await proxy.activate(transfer))).toBe('result');
    requester.write('x');
    await receive(target, 1);
  });

  it('.10 libpurple and gloox write a small file and close before the activation is answered [S5B-P-43] [S5B-P-45]', async () => {
    const { proxy, transfer } = await start();
    const target = await proxy.peer(transfer);
    const requester = await proxy.peer(transfer);
    proxy.link.send(proxy.activation(transfer));
    requester.end('!');
    requester.destroySoon();
    expect(await receiveAll(target)).toEqual({ bytes: Buffer.from('!'), end: 'fin' });
  });

  it('.10 and do so even before the activation is sent', async () => {
    const { proxy, transfer } = await start();
    const target = await proxy.peer(transfer);
    const requester = await proxy.peer(transfer);
    requester.end('!');
    requester.destroySoon();
    await once(requester, 'close');
    expect(outcome(await proxy.activate(transfer))).toBe('result');
    expect(await receiveAll(target)).toEqual({ bytes: Buffer.from('!'), end: 'fin' });
  });

  it('.11 bytes flow both ways, and the one who activates may be the one who receives', async () => {
    const { proxy, transfer } = await start();
    const [one, two] = await proxy.stream(transfer);
    for (const [from, to] of [
      [one, two],
      [two, one],
    ] as const) {
      from.write('both ways');
      expect((await receive(to, 9)).toString()).toBe('both ways');
    }
  });

  it('.12 Psi, slixmpp and Swiften connect several times: a third connection is refused while two are alive [S5B-P-42]', async () => {
    const { proxy, transfer } = await start();
    await proxy.pair(transfer);
    await expect(proxy.peer(transfer)).rejects.toThrow('REP 2');
    expect(outcome(await proxy.activate(transfer))).toBe('result');
  });

  it('.12 and takes the place of one that has been reset [S5B-P-42]', async () => {
    const { proxy, transfer } = await start();
    const [first, second] = await proxy.pair(transfer);
    first.resetAndDestroy();
    while ((await proxy.metric('streamhost_connections_waiting')) !== 1);
    const third = await proxy.peer(transfer);
    expect(outcome(await proxy.activate(transfer))).toBe('result');
    third.write('x');
    await receive(second, 1);
  });

  it('.13 QXmpp hangs on a <query/> in the answer: the result is empty, an error has nothing but the error', async () => {
    const { proxy, transfer } = await start();
    const refused = await proxy.activate(transfer);
    expect(childElements(refused).map(({ name }) => name)).toEqual(['error']);
    await proxy.pair(transfer);
    expect((await proxy.activate(transfer)).children).toEqual([]);
  });

  it.each([
    ['as written', 'Bob@Example.net/Work', 'Bob@Example.net/Work', 'utf8'],
    ['normalised', 'Bob@Example.net/Work', 'bob@example.net/Work', 'utf8'],
    ['in Latin-1, as QXmpp does', 'bob@example.net/Büro', 'bob@example.net/Büro', 'latin1'],
  ] as const)(
    '.14 the key is found for a target hashed %s [S5B-P-35]',
    async (_, written, hashed, encoding) => {
      const { proxy } = await start();
      const key = createHash('sha1').update(`s${ALICE}${hashed}`, encoding).digest('hex');
      for (let n = 0; n < 2; n++) await readOnce(await greeted(proxy), connectMessage(key));
      expect(outcome(await proxy.activate({ sid: 's', requester: ALICE, target: written }))).toBe('result');
    },
  );

  it('.15 after FIN everything is flushed, then FIN is passed on, never a reset [S5B-P-80]', async () => {
    const { proxy } = await start();
    const [sender, receiver] = await proxy.stream();
    const payload = randomBytes(20 * 1024 * 1024);
    sender.end(payload);
    sender.destroySoon(); // QXmpp closes while the proxy is still delivering
    const { bytes, end } = await receiveAll(receiver);
    expect(sha256(bytes)).toBe(sha256(payload));
    expect(end).toBe('fin');
  });

  it('.16 an active stream has no short idle timer: the one of the handshake and of the wait are over with the join [S5B-P-83]', async () => {
    const { proxy, transfer } = await start({
      timeouts: { handshake: '400ms', pending: '400ms', halfClose: '400ms' },
    });
    const [one, two] = await proxy.stream(transfer);
    const lone = await proxy.peer(proxy.transfer());
    expect(await ended(lone)).toBe('fin'); // at least the same time has passed for the stream
    one.write('still here');
    expect((await receive(two, 10)).toString()).toBe('still here');
  });
});

async function start(
  config: NonNullable<Parameters<typeof ProxyUnderTest.start>[0]>['config'] = {},
): Promise<{ proxy: ProxyUnderTest; transfer: Transfer }> {
  const proxy = await ProxyUnderTest.start({ config });
  return { proxy, transfer: proxy.transfer({ target: BOB }) };
}

async function ask(proxy: ProxyUnderTest, type: 'get' | 'set', payload: string) {
  return proxy.link.ask(`<iq type='${type}' id='ask' from='${ALICE}' to='${DOMAIN}'>${payload}</iq>`);
}

async function greeted(proxy: ProxyUnderTest): Promise<Socket> {
  const socket = await proxy.dial();
  await greet(socket);
  return socket;
}

/** Writes, and takes what the next single read gives: the way of clients that know of no pieces. */
async function readOnce(socket: Socket, message: Buffer): Promise<Buffer> {
  const read = readNext(socket);
  socket.write(message);
  return read;
}

async function readNext(socket: Socket): Promise<Buffer> {
  return new Promise((resolve) => {
    socket.once('data', (chunk: Buffer) => {
      socket.pause();
      resolve(chunk);
    });
    socket.resume();
  });
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
