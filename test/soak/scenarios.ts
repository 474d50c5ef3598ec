// What people and their networks do to a proxy, one thing a function. What must come out right is compared by digest.

import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { sessionKey } from '../../src/wire/session-key.ts';
import { attribute } from '../../src/wire/xml.ts';
import { connectAs, connectMessage, dial } from '../support/socks-peer.ts';
import { type ComponentPort, LinkLostError } from './component-port.ts';

export interface Site {
  readonly server: ComponentPort;
  readonly port: number;
  readonly domain: string;
}

type Scenario = (site: Site) => Promise<void>;

const END_MS = 60_000;
const CHUNK = randomBytes(256 * 1024);

interface Pair {
  readonly first: Socket;
  readonly second: Socket;
  readonly sid: string;
}

const requester = () => `user${below(50)}@example.org/${below(1000)}`;
const TARGET = 'juliet@example.net/balcony';

/** How often each is done, in relation to the others. */
export const scenarios: readonly { readonly weight: number; readonly run: Scenario }[] = [
  { weight: 10, run: transfer },
  { weight: 4, run: transferBothWays },
  { weight: 2, run: slowTransfer },
  { weight: 3, run: abortRunning },
  { weight: 3, run: abortWaiting },
  { weight: 2, run: abortHandshake },
  { weight: 1, run: activateNothing },
  { weight: 1, run: scanPort },
  { weight: 1, run: neverActivate },
];

async function transfer(site: Site): Promise<void> {
  const { first, second } = await stream(site);
  const sent = send(first, below(4 << 20), 0);
  second.end();
  const [told, received] = await Promise.all([sent, receive(second), receive(first)]);
  compare('a transfer', told, received);
}

async function transferBothWays(site: Site): Promise<void> {
  const { first, second } = await stream(site);
  const ends = [
    send(first, below(2 << 20), 0),
    receive(second),
    send(second, below(2 << 20), 0),
    receive(first),
  ];
  const [there, arrived, back, returned] = await Promise.all(ends);
  compare('the first way', there, arrived);
  compare('the second way', back, returned);
}

async function slowTransfer(site: Site): Promise<void> {
  const { first, second } = await stream(site);
  second.end();
  const [told, received] = await Promise.all([send(first, 64 * 1024, 20), receive(second), receive(first)]);
  compare('a slow transfer', told, received);
}

async function abortRunning(site: Site): Promise<void> {
  const pair = await stream(site);
  const [one, other] = below(2) === 0 ? [pair.first, pair.second] : [pair.second, pair.first];
  void send(other, 1 << 20, 0).catch(() => {});
  one.write(CHUNK.subarray(0, below(CHUNK.length)));
  if (below(2) === 0) one.resetAndDestroy();
  else one.destroy();
  await gone(other);
}

async function abortWaiting(site: Site): Promise<void> {
  const key = sessionKey(sidOf(), requester(), TARGET);
  const socket = await connectAs(site.port, key);
  if (below(2) === 0) socket.write('early');
  if (below(2) === 0) socket.resetAndDestroy();
  else socket.destroy();
}

async function abortHandshake(site: Site): Promise<void> {
  const socket = await dial(site.port);
  const message = Buffer.concat([Buffer.of(5, 1, 0), connectMessage('0'.repeat(40))]);
  socket.write(message.subarray(0, below(message.length)));
  if (below(2) === 0) socket.resetAndDestroy();
  else socket.destroy();
}

async function activateNothing(site: Site): Promise<void> {
  const reply = await activate(site, sidOf(), requester()).catch((error: unknown) => {
    if (error instanceof LinkLostError) return 'error'; // nobody answers while the link is cut
    throw error;
  });
  if (reply !== 'error') throw new Error('an activation of nothing was accepted');
}

async function scanPort(site: Site): Promise<void> {
  const socket = await dial(site.port);
  socket.write(randomBytes(1 + below(64)));
  await gone(socket);
}

/** Both wait, and leave before anything happens. */
async function neverActivate(site: Site): Promise<void> {
  const key = sessionKey(sidOf(), requester(), TARGET);
  const sockets = [await connectAs(site.port, key), await connectAs(site.port, key)];
  for (const socket of sockets) socket.end();
  for (const socket of sockets) socket.destroy();
}

/** Two connections joined by an activation; while the link is cut it is asked again. */
async function stream(site: Site): Promise<Pair> {
  const [sid, from] = [sidOf(), requester()];
  const key = sessionKey(sid, from, TARGET);
  const first = await connectAs(site.port, key);
  const second = await connectAs(site.port, key);
  for (let attempt = 0; ; attempt++) {
    try {
      const reply = await activate(site, sid, from);
      // The first answer may have been lost with the link: then the stream runs already.
      if (reply === 'result' || attempt > 0) return { first, second, sid };
      throw new Error('an activation was refused');
    } catch (error) {
      if (!(error instanceof LinkLostError)) throw error;
    }
  }
}

async function activate({ server, domain }: Site, sid: string, from: string): Promise<string | undefined> {
  const payload = `<query xmlns='http://jabber.org/protocol/bytestreams' sid='${sid}'><activate>${TARGET}</activate></query>`;
  return attribute(await server.ask(from, domain, 'set', payload), 'type');
}

/** Sends so many bytes, a pause of so many milliseconds after each piece, then FIN; the digest of all. */
async function send(socket: Socket, bytes: number, pauseMs: number): Promise<string> {
  const hash = createHash('sha256');
  async function* pieces() {
    for (let left = bytes; left > 0; ) {
      const piece = CHUNK.subarray(0, 1 + below(Math.min(left, pauseMs > 0 ? 8192 : CHUNK.length)));
      left -= piece.length;
      hash.update(piece);
      yield piece;
      if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }
  const deadline = AbortSignal.timeout(END_MS);
  for await (const piece of pieces()) {
    if (!socket.write(piece)) await once(socket, 'drain', { signal: deadline });
  }
  socket.end();
  return hash.digest('hex');
}

/** Reads until EOF; the digest of all. Rejects on a reset. */
async function receive(socket: Socket): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(socket, hash, { signal: AbortSignal.timeout(END_MS) });
  return hash.digest('hex');
}

/** Waits until the proxy has ended the connection, in whatever way. */
async function gone(socket: Socket): Promise<void> {
  socket.resume();
  if (!socket.readableEnded && !socket.destroyed) {
    await new Promise<void>((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`not ended within ${END_MS} ms`)), END_MS);
      const done = () => {
        clearTimeout(late);
        resolve();
      };
      socket.once('end', done).once('close', done); // a reset is told by 'close', too
    });
  }
  socket.destroy();
}

function compare(what: string, sent: string | undefined, received: string | undefined): void {
  if (sent === undefined || sent !== received) throw new Error(`${what}: sent ${sent}, received ${received}`);
}

function sidOf(): string {
  return randomBytes(8).toString('hex');
}

/** A whole number from 0 up to, and without, the bound. */
export function below(bound: number): number {
  return Math.floor(Math.random() * bound);
}
