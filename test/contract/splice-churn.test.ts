// 50,000 streams that end in every way there is, with threads dying in between: nothing is left of them.

import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Worker } from 'node:worker_threads';
import { expect, it } from 'vitest';
import { loadLibc } from '../../src/relay/splice/libc.ts';
import { spawnWorker } from '../../src/relay/splice/spawn-worker.ts';
import { SpliceRelay } from '../../src/relay/splice-relay.ts';
import type { Peer } from '../../src/rendezvous/ports.ts';
import { systemClock } from '../../src/system-clock.ts';
import { openDescriptors } from '../support/descriptors.ts';
import { endOf } from '../support/end-of.ts';
import { describeWith } from '../support/requirements.ts';

const STREAMS = 50_000;
const AT_ONCE = 100;
const MAX_DESCRIPTORS = 20_000;
const THREAD_DIES_EVERY = 5_000;
/** Longer than a slow machine can be: no stream here is to end by it, and one that hangs would. */
const HALF_CLOSE_MS = 15_000;

describeWith(['splice'], 'the zero-copy engine', () => {
  it(`has nothing left of ${STREAMS} streams that ended in random ways`, { timeout: 1_800_000 }, async () => {
    await churn(2_000); // what Node.js itself keeps for later
    await settled();
    const before = openDescriptors().sort();
    const memory = await heap();
    const { most, endings } = await churn(STREAMS);
    await settled();
    expect(openDescriptors().sort()).toEqual(before);
    expect(most).toBeLessThan(MAX_DESCRIPTORS);
    expect((await heap()) - memory).toBeLessThan(16 * 1024 * 1024);
    expect([...endings].sort()).toEqual(['closed', 'engine-failed', 'finished', 'gone', 'reset', 'shutdown']);
  });
});

/** Opens and ends so many streams on an engine of its own, and closes it. */
async function churn(streams: number): Promise<{ most: number; endings: Set<string> }> {
  const threads: Worker[] = [];
  const relay = new SpliceRelay(loadLibc(), systemClock, {
    earlyData: 'hold',
    halfCloseMs: HALF_CLOSE_MS,
    workers: 2,
    spawn: (start) => {
      const thread = spawnWorker(start);
      threads.push(thread);
      return thread;
    },
  });
  const lobby = await Lobby.open(relay);
  const endings = new Set<string>();
  let most = 0;
  let begun = 0;
  const one = async () => {
    while (begun < streams) {
      begun++;
      if (begun % THREAD_DIES_EVERY === 0) void threads.at(-1)?.terminate();
      if (begun % 1000 === 0) most = Math.max(most, openDescriptors().length);
      endings.add(await live(relay, lobby));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, one));
  await relay.close();
  await lobby.close();
  return { most, endings };
}

/** The life of one stream; returns how it ended. */
async function live(relay: SpliceRelay, lobby: Lobby): Promise<string> {
  const [first, second] = await Promise.all([lobby.arrive(), lobby.arrive()]);
  const clients = [first.client, second.client];
  try {
    if (chance(0.3)) first.client.write(Buffer.alloc(below(2_000)));
    if (chance(0.05)) first.client.resetAndDestroy();
    if (chance(0.05)) second.client.end();
    if (chance(0.05)) {
      first.peer.close();
      second.peer.close();
      return 'closed';
    }
    const joining = relay.join(first.peer, second.peer).catch(() => undefined);
    if (chance(0.05) && !second.client.writableEnded) second.client.resetAndDestroy();
    const stream = await joining;
    if (stream === undefined) {
      first.peer.close();
      second.peer.close();
      return 'gone';
    }
    for (const client of clients) if (chance(0.9)) client.resume();
    for (const client of clients) if (!client.destroyed) client.write(Buffer.alloc(below(100_000)));
    if (chance(0.1)) stream.abort('shutdown');
    for (const client of clients) {
      for (let turns = below(4); turns > 0; turns--) await turn();
      const how = Math.random();
      if (how < 0.15 && !client.writableEnded)
        client.resetAndDestroy(); // Node.js loses the descriptor of one that is ending
      else if (how < 0.3) client.destroy();
      else client.resume().end();
    }
    return await endOf(stream);
  } finally {
    for (const client of clients) client.destroy();
  }
}

const chance = (share: number) => Math.random() < share;
const below = (bound: number) => Math.floor(Math.random() * bound);

/** Where peers come in, on as many addresses as it takes not to run out of ports. */
class Lobby {
  readonly #port: number;
  readonly #accepted = new Map<string, Socket>();
  readonly #server;
  #relay: SpliceRelay;
  #arrivals = 0;

  private constructor(relay: SpliceRelay, server: ReturnType<typeof createServer>, port: number) {
    this.#relay = relay;
    this.#server = server;
    this.#port = port;
    server.on('connection', (socket) => {
      socket.on('error', () => {});
      this.#accepted.set(`${socket.remoteAddress}:${socket.remotePort}`, socket);
      server.emit('accepted');
    });
  }

  static async open(relay: SpliceRelay): Promise<Lobby> {
    const server = createServer({ allowHalfOpen: true }).setMaxListeners(0);
    server.listen(0, '0.0.0.0', 1024);
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('the lobby has no port');
    return new Lobby(relay, server, address.port);
  }

  async arrive(): Promise<{ client: Socket; peer: Peer }> {
    const host = `127.0.0.${1 + (this.#arrivals++ % 50)}`;
    const client = connect({ host, port: this.#port, allowHalfOpen: true });
    client.on('error', () => {});
    await once(client, 'connect');
    const name = `${client.localAddress}:${client.localPort}`;
    let accepted = this.#accepted.get(name);
    for (; accepted === undefined; accepted = this.#accepted.get(name)) await once(this.#server, 'accepted');
    this.#accepted.delete(name);
    accepted.write('0123456789');
    return { client, peer: this.#relay.hold(accepted, Buffer.alloc(0)) };
  }

  async close(): Promise<void> {
    this.#server.close();
    await once(this.#server, 'close');
  }
}

/** Resolves when nothing is being closed any more. */
async function settled(): Promise<void> {
  for (let last = -1, quiet = 0; quiet < 200; quiet++) {
    const count = openDescriptors().length;
    if (count !== last) quiet = 0;
    last = count;
    await turn();
  }
}

/** Bytes in use after a full collection. */
async function heap(): Promise<number> {
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  for (let rounds = 0; rounds < 4; rounds++) {
    collect();
    await turn();
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
