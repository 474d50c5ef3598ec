// The zero-copy engine for Linux: worker threads that call splice(2). [S5B-P-46..48] (docs/adr/0005-splice-relay.md)
//
// A descriptor has exactly one owner, who alone may close it, at every moment:
//
//      Node.js's socket          the main thread                        a worker thread
//     ┌──────────────────┐      ┌───────────────────────────────┐      ┌─────────────────────┐
//     │ accepted socket  │ dup  │ SplicedPeer ─┬─ epoll_ctl ────┼─ ─ ─▶│ epoll: FIN? RST?    │
//     │ (closed without ─┼─────▶│   │          ◀─ told by tag ───┼──────│ (never read)        │
//     │  a shutdown)     │      │   │ join     │                │      │                     │
//     └──────────────────┘      │   ▼          ▼                │      │                     │
//     ┌──────────────────┐      │ SplicedStream peer closed     │      │                     │
//     │ net.Socket again │◀─────┼──────────────┘                │      │                     │
//     │ (closed gently)  │      │   │ lends ────────────────────┼─────▶│ SplicedPair         │
//     └──────────────────┘      │   ended ◀──── gives back ─────┼──────│  splice, shutdown   │
//                               │   close(2)                    │      │                     │
//                               └───────────────────────────────┘      └─────────────────────┘
//
// A waiting connection is only watched through the worker's epoll instance, into which the main thread puts it.
// What is lent is used by the worker alone and closed by nobody until it has been given back, or the worker's
// thread has ended. So a worker may die at any moment: whatever it had is known here.

import type { Socket } from 'node:net';
import type { RateTable } from '../policy/rate.ts';
import type { Clock, EngineTimeouts, Peer, Rate, RelayEngine, RelayedStream } from '../rendezvous/ports.ts';
import type { EarlyData } from './held-peer.ts';
import { stopReading, takeOut } from './splice/hand-over.ts';
import type { Libc } from './splice/libc.ts';
import { largePipesOf } from './splice/pipe-pool.ts';
import { RelayWorker } from './splice/relay-worker.ts';
import { type SpawnWorker, spawnWorker } from './splice/spawn-worker.ts';
import { SplicedPeer } from './splice/spliced-peer.ts';

export interface SpliceRelayOptions {
  readonly earlyData: EarlyData;
  /** How long a half-closed stream may go without a byte, in milliseconds. */
  readonly halfCloseMs: number;
  /**
   * How long bytes may stay unacknowledged before a connection counts as lost, in milliseconds; default 15 minutes.
   * The kernel counts the time during which a reader has stopped reading, too, and who pauses a transfer is not to
   * lose it. It is about the time after which Linux gives up retransmitting anyway.
   */
  readonly userTimeoutMs?: number;
  /** Where the rates of its streams are; default: there are none. */
  readonly rates?: RateTable | undefined;
  /** Worker threads. */
  readonly workers: number;
  /** A worker has died and is replaced; so many streams died with it. */
  readonly onWorkerDeath?: (error: Error, streams: number) => void;
  /** How threads are started; for tests that end them. */
  readonly spawn?: SpawnWorker;
}

/** How many streams more than the idlest worker the one may run that has both peers already. */
const TOLERATED_IMBALANCE = 2;

const USER_TIMEOUT_MS = 15 * 60_000;

export class SpliceRelay implements RelayEngine {
  readonly name = 'splice';
  readonly #libc: Libc;
  readonly #options: SpliceRelayOptions;
  readonly #workers: readonly RelayWorker[];
  readonly #arriving = new Map<SplicedPeer, Promise<void>>();
  #userTimeoutMs: number;
  #closing: Promise<void> | undefined;

  /** @throws SystemCallError when there are no descriptors left */
  constructor(libc: Libc, clock: Clock, options: SpliceRelayOptions) {
    this.#libc = libc;
    this.#options = options;
    this.#userTimeoutMs = options.userTimeoutMs ?? USER_TIMEOUT_MS;
    const parts = {
      libc,
      clock,
      spawn: options.spawn ?? spawnWorker,
      largePipes: largePipesOf(options.workers),
      halfCloseMs: options.halfCloseMs,
      rates: options.rates?.memory,
      discard: options.earlyData === 'discard',
      onDeath: options.onWorkerDeath ?? (() => {}),
    };
    this.#workers = Array.from({ length: options.workers }, () => new RelayWorker(parts));
  }

  hold(socket: Socket, early: Buffer, remote = socket.remoteAddress ?? 'unknown'): Peer {
    const unread = stopReading(socket);
    const hasEarly = this.#options.earlyData === 'hold' && early.length + unread.length > 0;
    const peer = new SplicedPeer(remote, hasEarly ? Buffer.concat([early, unread]) : undefined, socket);
    if (socket.writableLength === 0) this.#handOver(socket, peer);
    else this.#arriving.set(peer, this.#handOverWhenFlushed(socket, peer));
    return peer;
  }

  async join(first: Peer, second: Peer, rates: readonly Rate[] = []): Promise<RelayedStream> {
    if (!(first instanceof SplicedPeer) || !(second instanceof SplicedPeer)) {
      throw new TypeError('a peer of another engine cannot be joined');
    }
    if (rates.length > 0 && !this.#options.rates)
      throw new TypeError('the engine was given no table of rates');
    if (first.isArriving) await this.#arriving.get(first);
    if (second.isArriving) await this.#arriving.get(second);
    const worker = this.#workerFor(first, second);
    first.move(worker);
    second.move(worker);
    return worker.join(first, second, rates);
  }

  reconfigure(timeouts: EngineTimeouts): void {
    this.#userTimeoutMs = timeouts.userTimeoutMs;
    for (const worker of this.#workers) worker.reconfigure(timeouts);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    for (const peer of this.#arriving.keys()) peer.close();
    await Promise.all(this.#workers.map((worker) => worker.stop()));
  }

  #handOver(socket: Socket, peer: SplicedPeer): void {
    const fd = takeOut(this.#libc, socket, this.#userTimeoutMs);
    if (fd === undefined) peer.vanish();
    else peer.arrive(fd, this.#idlest());
  }

  /** The reply is still in Node.js's hands: the connection stays there until the kernel has it. */
  #handOverWhenFlushed(socket: Socket, peer: SplicedPeer): Promise<void> {
    return new Promise((resolve) => {
      const settle = () => {
        socket.off('close', settle);
        this.#arriving.delete(peer);
        if (peer.isArriving) this.#tryHandOver(socket, peer);
        resolve();
      };
      socket.on('close', settle);
      socket.write('', settle);
    });
  }

  #tryHandOver(socket: Socket, peer: SplicedPeer): void {
    try {
      this.#handOver(socket, peer);
    } catch {
      socket.destroy(); // no descriptors left: this connection's problem
      peer.vanish();
    }
  }

  #idlest(): RelayWorker {
    return this.#workers.reduce((idlest, worker) => (worker.load < idlest.load ? worker : idlest));
  }

  /** The one that has both, unless it has much more to do than another; peers of other places are moved there. */
  #workerFor(first: SplicedPeer, second: SplicedPeer): RelayWorker {
    const idlest = this.#idlest();
    const theirs = this.#workers.find((worker) => worker === first.warden && worker === second.warden);
    return theirs && theirs.load - idlest.load <= TOLERATED_IMBALANCE ? theirs : idlest;
  }
}
