// Bytestreams that we offer to a scripted target: what is offered, what it may answer, what the proxy may do.
// [XEP-0065 §5.3, §6.3]

import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type OpenOptions, openBytestream } from '../../../../src/client/s5b/requester.ts';
import { Session } from '../../../../src/client/session.ts';
import { readStreamhosts, writeUsed } from '../../../../src/wire/bytestream-offer.ts';
import { BYTESTREAMS, type Streamhost } from '../../../../src/wire/bytestreams.ts';
import { sessionKey } from '../../../../src/wire/session-key.ts';
import { attribute, type Element, xml } from '../../../../src/wire/xml.ts';
import { PEER, ScriptedPeer, US } from '../../../support/client/scripted-peer.ts';
import { dial, receive, receiveAll } from '../../../support/tcp.ts';

const sid = 's1';
const key = sessionKey(sid, US, PEER);
const direct = { addresses: ['127.0.0.1'] };
const request = (name: string = key) =>
  Buffer.concat([Buffer.of(5, 1, 0, 3, name.length), Buffer.from(name), Buffer.of(0, 0)]);

async function opening(options: Partial<OpenOptions> = {}) {
  const peer = new ScriptedPeer();
  const outcome = openBytestream(new Session(peer.entity), { to: PEER, sid, direct: false, ...options });
  outcome.catch(() => {});
  const offer = await peer.next('query');
  const streamhosts = readStreamhosts(queryOf(offer));
  return { peer, outcome, offer, streamhosts, port: streamhosts[0]?.port ?? 0 };
}

function queryOf(stanza: Element): Element {
  const query = stanza.getChild('query', BYTESTREAMS);
  if (query === undefined) throw new Error(`no bytestreams query in ${stanza}`);
  return query;
}

/** A SOCKS client that has got so far that we know it. */
async function enter(port: number): Promise<Socket> {
  const socket = await dial(port);
  socket.write(Buffer.of(5, 1, 0));
  await receive(socket, 2);
  socket.write(request());
  await receive(socket, 47);
  return socket;
}

/** A proxy that accepts whoever comes, and says what it got. */
async function startProxy(jid: string, answer: readonly Buffer[] = [Buffer.of(5, 0), echo()]) {
  const received: Buffer[] = [];
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    const pieces = [...answer];
    sockets.push(socket);
    socket.on('error', () => {});
    socket.on('data', (data) => {
      received.push(data);
      const piece = pieces.shift();
      if (piece !== undefined) socket.write(piece);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const streamhost: Streamhost = { jid, host: '127.0.0.1', port: address.port };
  return { streamhost, received, sockets };
}

function echo(): Buffer {
  return Buffer.concat([Buffer.of(5, 0, 0, 3, 40), Buffer.from(key), Buffer.of(0, 0)]);
}

describe('the offer', () => {
  const proxies = [
    { jid: 'proxy.a', host: '192.0.2.1', port: 7777 },
    { jid: 'proxy.b', host: '192.0.2.1', port: 7777 },
    { jid: 'proxy.b', host: '2001:db8::1', port: 7777 },
  ];

  it('has each host and port once, our own first [S5B-R-02] [S5B-R-03]', async () => {
    const { offer, streamhosts, port } = await opening({ direct, proxies });
    expect(offer.attrs).toMatchObject({ type: 'set', to: PEER });
    expect(queryOf(offer).attrs).toMatchObject({ sid });
    expect(streamhosts).toEqual([{ jid: US, host: '127.0.0.1', port }, proxies[0], proxies[2]]);
  });

  it('has no address of ours when that is not wanted [S5B-R-03]', async () => {
    const { streamhosts } = await opening({ proxies });
    expect(streamhosts.map(({ jid }) => jid)).toEqual(['proxy.a', 'proxy.b']);
  });

  it('is not made when there is nothing to offer', async () => {
    const peer = new ScriptedPeer();
    const outcome = openBytestream(new Session(peer.entity), { to: PEER, sid, direct: false });
    await expect(outcome).rejects.toMatchObject({ code: 'no-streamhost-reachable' });
    expect(peer.unread).toEqual([]);
  });

  it('tells somebody in a room what to ask for [S5B-R-15]', async () => {
    const peer = new ScriptedPeer('room@conference.example.net/Tget');
    const session = new Session(peer.entity, { jid: 'requester@example.com/foo' });
    const outcome = openBytestream(session, { to: peer.jid, sid: 'yia72g3v49j7', direct, viaRoom: true });
    outcome.catch(() => {});
    const offer = await peer.next('query');
    expect(queryOf(offer).attrs.dstaddr).toBe('416781edf1ae50bad01cb8509ba35b43952bc345');
    peer.refuse(offer, 'item-not-found');
    await expect(outcome).rejects.toThrow();
  });
});

describe('our own address', () => {
  it('carries the bytes when the target is connected to it, and others are let go [S5B-R-04] [S5B-R-05]', async () => {
    const { peer, outcome, offer, port } = await opening({ direct });
    const [used, surplus] = [await enter(port), await enter(port)];
    const surplusEnd = receiveAll(surplus);
    peer.accept(offer, writeUsed(sid, US));
    const { stream, method } = await outcome;
    expect(method).toBe('s5b-direct');
    stream.write('hello');
    await receive(used, 5);
    expect(surplus.readableEnded).toBe(false); // slixmpp takes any end for that of the file
    stream.end();
    await receiveAll(used);
    used.end();
    expect((await surplusEnd).bytes).toHaveLength(0);
    await expect(
      new Promise((resolve, reject) => connect(port, '127.0.0.1', () => resolve('open')).on('error', reject)),
    ).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  it.each([
    ['another name', request('ab'.repeat(20)), 2],
    ['another command', Buffer.concat([Buffer.of(5, 2), request().subarray(2)]), 7],
    ['an IPv4 address', Buffer.of(5, 1, 0, 1, 127, 0, 0, 1, 0, 22), 8],
  ])('refuses who asks for %s [S5B-R-04]', async (_what, message, reply) => {
    const { peer, outcome, offer, port } = await opening({ direct });
    const socket = await dial(port);
    socket.write(Buffer.of(5, 1, 0));
    await receive(socket, 2);
    socket.write(message);
    const { bytes } = await receiveAll(socket);
    expect(bytes[1]).toBe(reply);
    peer.accept(offer, writeUsed(sid, US));
    await expect(outcome).rejects.toMatchObject({ code: 'invalid-answer' });
  });

  it('fails when the target says that it is connected, and is not [S5B-R-07]', async () => {
    const { peer, outcome, offer } = await opening({ direct });
    peer.accept(offer, writeUsed(sid, US));
    await expect(outcome).rejects.toThrow(`${PEER} says that it is connected to us, but is not`);
  });
});

describe('the answer', () => {
  it.each([
    ['a stranger', writeUsed(sid, 'elsewhere.test')],
    ['nobody', xml('query', { xmlns: BYTESTREAMS, sid })],
  ])('that names %s is a failure [S5B-R-06]', async (_what, answer) => {
    const { peer, outcome, offer } = await opening({ direct });
    peer.accept(offer, answer);
    await expect(outcome).rejects.toMatchObject({ code: 'invalid-answer' });
  });

  it.each([
    ['item-not-found', 'no-streamhost-reachable'],
    ['not-acceptable', 'refused'],
    ['bad-request', 'stanza-error'],
    ['internal-server-error', 'stanza-error'],
  ])('%s means %s [S5B-R-13]', async (condition, code) => {
    const { peer, outcome, offer } = await opening({ direct });
    peer.refuse(offer, condition);
    await expect(outcome).rejects.toMatchObject({ code });
  });

  it('may take its time, but not for ever [S5B-R-14]', async () => {
    const { outcome } = await opening({ direct, answerMs: 1 });
    await expect(outcome).rejects.toMatchObject({ code: 'timed-out' });
  });

  it('is not waited for when we cancel, or the connection is lost', async () => {
    const controller = new AbortController();
    const cancelled = await opening({ direct, signal: controller.signal });
    controller.abort();
    await expect(cancelled.outcome).rejects.toMatchObject({ code: 'cancelled' });
    const lost = await opening({ direct });
    lost.peer.entity.disconnect();
    await expect(lost.outcome).rejects.toMatchObject({ code: 'offline' });
  });
});

describe('a proxy', () => {
  const jid = 'proxy.example.org/node-7';

  it('is connected to, then activated at the JID that it gave, and then carries bytes [S5B-R-08] [S5B-R-09] [S5B-R-10] [S5B-R-12]', async () => {
    const proxy = await startProxy(jid);
    const { peer, outcome, offer } = await opening({ proxies: [proxy.streamhost] });
    peer.accept(offer, writeUsed(sid, jid.toUpperCase().replace('/NODE', '/node')));
    const activation = await peer.next('query');
    expect(activation.attrs).toMatchObject({ type: 'set', to: jid });
    expect(queryOf(activation).attrs.sid).toBe(sid);
    expect(queryOf(activation).getChildText('activate')).toBe(PEER);
    expect(proxy.received).toEqual([Buffer.of(5, 1, 0), request()]);
    peer.accept(activation);
    const { stream, method, streamhost } = await outcome;
    expect({ method, streamhost }).toEqual({ method: 's5b-proxy', streamhost: proxy.streamhost });
    stream.destroy();
  });

  it('that refuses to activate is left, so that the target sees the end [S5B-R-10]', async () => {
    const proxy = await startProxy(jid);
    const { peer, outcome, offer } = await opening({ proxies: [proxy.streamhost] });
    peer.accept(offer, writeUsed(sid, jid));
    const activation = await peer.next('query');
    peer.refuse(activation, 'not-allowed');
    await expect(outcome).rejects.toMatchObject({ code: 'stanza-error', condition: 'not-allowed' });
    const [socket] = proxy.sockets;
    if (socket !== undefined && !socket.closed) await once(socket, 'close');
  });

  it('with several addresses is tried at each of them in their order [S5B-R-11]', async () => {
    const proxy = await startProxy(jid);
    const proxies = [{ jid, host: '127.0.0.1', port: 1 }, proxy.streamhost];
    const { peer, outcome, offer } = await opening({ proxies });
    peer.accept(offer, writeUsed(sid, jid));
    peer.accept(await peer.next('query'));
    const { stream, streamhost } = await outcome;
    expect(streamhost).toEqual(proxy.streamhost);
    stream.destroy();
  });

  it.each([
    ['refuses', [Buffer.of(5, 0), Buffer.of(5, 1, 0, 1, 0, 0, 0, 0, 0, 0)]],
    ['wants a password', [Buffer.of(5, 2)]],
  ])('that %s cannot be used [S5B-R-16]', async (_what, answer) => {
    const proxy = await startProxy(jid, answer);
    const { peer, outcome, offer } = await opening({ proxies: [proxy.streamhost] });
    peer.accept(offer, writeUsed(sid, jid));
    await expect(outcome).rejects.toMatchObject({ code: 'no-streamhost-reachable' });
    expect(peer.unread.filter((stanza) => attribute(stanza, 'to') === jid)).toEqual([]);
  });
});
