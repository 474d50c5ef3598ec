// One relay worker with all that is lent to it: waiting peers and running streams. When its thread dies, its
// streams are reset, a new thread takes its place, and the waiting peers are lent to that one.

import {
  type Clock,
  type EngineTimeouts,
  PeerGoneError,
  type Rate,
  type StreamEnd,
} from '../../rendezvous/ports.ts';
import { CounterSlots } from './counters.ts';
import type { Libc } from './libc.ts';
import type { FromWorker, Lent, ToWorker } from './protocol.ts';
import {
  finishOnClose,
  resetOnClose,
  setUserTimeout,
  socketError,
  throwAwayInput,
} from './socket-options.ts';
import type { SpawnWorker } from './spawn-worker.ts';
import type { SplicedPeer, Warden } from './spliced-peer.ts';
import { SplicedStream, type StreamParts } from './spliced-stream.ts';
import { WaitingWatch } from './waiting-watch.ts';
import { WorkerThread } from './worker-thread.ts';

export interface RelayWorkerParts {
  readonly libc: Libc;
  readonly clock: Clock;
  readonly spawn: SpawnWorker;
  /** Pipes that its thread may enlarge. */
  readonly largePipes: number;
  /** Where the rates of its streams are. */
  readonly rates: SharedArrayBuffer | undefined;
  readonly halfCloseMs: number;
  /** Early bytes of waiting peers are thrown away. */
  readonly discard: boolean;
  /** The thread has died, and so have so many streams. */
  onDeath(error: Error, streams: number): void;
}

/** A thread that dies at this age, in milliseconds, is replaced only after as long again. */
const YOUNG_MS = 1_000;

export class RelayWorker implements Warden, StreamParts {
  readonly slots: CounterSlots;
  readonly clock: Clock;
  halfCloseMs: number;
  readonly #parts: RelayWorkerParts;
  readonly #waiting: WaitingWatch;
  readonly #streams = new Map<number, SplicedStream>();
  #thread: WorkerThread;
  #startedAt = 0;
  #cancelResume: (() => void) | undefined;

  constructor(parts: RelayWorkerParts) {
    this.#parts = parts;
    this.clock = parts.clock;
    this.halfCloseMs = parts.halfCloseMs;
    this.slots = new CounterSlots((page, counters) => this.#post({ kind: 'page', page, counters }));
    this.#waiting = new WaitingWatch(parts.libc, parts.discard);
    this.#thread = this.#start();
    this.#waiting.use(this.#thread.epoll);
  }

  /** Streams that run here. */
  get load(): number {
    return this.#streams.size;
  }

  watch(fd: number, peer: SplicedPeer): Lent | undefined {
    const lent = this.#waiting.add(fd, peer);
    this.#keepAlive();
    return lent;
  }

  unwatch(lent: Lent): void {
    this.#waiting.remove(lent);
    this.#keepAlive();
  }

  error(fd: number): number {
    return socketError(this.#parts.libc, fd);
  }

  /**
   * Joins two peers that are watched here. The worker finds the order before anything that it is told later, so the
   * stream is live at once: what comes in waits in the kernel until then. @throws PeerGoneError if one is gone
   */
  join(first: SplicedPeer, second: SplicedPeer, rates: readonly Rate[]): SplicedStream {
    if (this.#cancelResume) throw new Error('the relay worker is being replaced');
    const alive = [first.isAlive(), second.isAlive()]; // both are asked, so that both are closed if both are gone
    const one = alive.includes(false) ? undefined : first.join();
    const two = one && second.join();
    if (one === undefined || two === undefined) throw new PeerGoneError();
    const lent = [one.lent, two.lent] as const;
    for (const each of lent) this.#waiting.lend(each);
    // However this process ends, what has been passed on until then must not look whole.
    for (const { fd } of lent) resetOnClose(this.#parts.libc, fd);
    if (this.#parts.discard) for (const { fd } of lent) throwAwayInput(this.#parts.libc, fd);
    const stream = new SplicedStream(one.lent.fd, two.lent.fd, this);
    const { slot } = stream;
    this.#streams.set(slot, stream);
    this.#post({
      kind: 'join',
      slot,
      first: one.lent,
      second: two.lent,
      early: [one.early, two.early],
      rates: indices(rates),
    });
    return stream;
  }

  draw(slot: number, rates: readonly Rate[]): void {
    this.#post({ kind: 'draw', slot, rates: indices(rates) });
  }

  abort(slot: number): void {
    this.#post({ kind: 'abort', slot });
  }

  close(fd: number, how: 'finish' | 'reset' = 'finish'): void {
    const { libc } = this.#parts;
    if (how === 'finish') finishOnClose(libc, fd);
    libc.close(fd);
  }

  reconfigure({ halfCloseMs, userTimeoutMs }: EngineTimeouts): void {
    this.halfCloseMs = halfCloseMs;
    const waiting = this.#waiting.peers.flatMap(({ fd }) => fd ?? []);
    const running = [...this.#streams.values()].flatMap(({ fds }) => fds);
    for (const fd of [...waiting, ...running]) setUserTimeout(this.#parts.libc, fd, userTimeoutMs);
  }

  /** Closes its peers, resets its streams, and ends the thread. */
  async stop(): Promise<void> {
    for (const peer of this.#waiting.peers) peer.close();
    for (const stream of this.#streams.values()) stream.abort('shutdown');
    this.#cancelResume?.();
    await this.#thread.stop();
  }

  #start(): WorkerThread {
    const { libc, spawn, largePipes, rates } = this.#parts;
    this.#startedAt = this.clock.now();
    return new WorkerThread({
      libc,
      spawn,
      largePipes,
      rates,
      onMessage: (message) => this.#onMessage(message),
      onEnd: (error) => this.#onEnd(error),
    });
  }

  #post(message: ToWorker): void {
    this.#keepAlive();
    this.#thread.post(message);
  }

  /** The process goes on as long as somebody waits or a stream runs. */
  #keepAlive(): void {
    this.#thread.keepsAlive(this.#waiting.size + this.#streams.size > 0);
  }

  #onMessage(message: FromWorker): void {
    if (message.kind === 'early') this.#throwAwayEarly(this.#waiting.peer(message.tag));
    else if (message.kind === 'finished') this.#waiting.peer(message.tag)?.onFinished();
    else if (message.kind === 'gone') this.#waiting.peer(message.tag)?.onGone();
    else if (message.kind === 'half-closed') this.#streams.get(message.slot)?.onHalfClosed(message.moved);
    else this.#onStreamEnded(message.slot, message.reason);
    this.#keepAlive();
  }

  /** Here and not in the worker, which does not know yet what has been joined: those bytes are the stream's. */
  #throwAwayEarly(peer: SplicedPeer | undefined): void {
    if (peer?.fd !== undefined) throwAwayInput(this.#parts.libc, peer.fd);
  }

  #onStreamEnded(slot: number, reason: StreamEnd): void {
    const stream = this.#streams.get(slot);
    this.#streams.delete(slot);
    stream?.onEnded(reason);
  }

  #onEnd(error: Error | undefined): void {
    this.#waiting.use(undefined);
    const streams = [...this.#streams.values()];
    this.#streams.clear();
    for (const stream of streams) stream.onEnded(error ? 'engine-failed' : 'shutdown');
    if (error) {
      this.#parts.onDeath(error, streams.length);
      this.#replace();
    }
  }

  /** At once, but not one after the other if it cannot live. */
  #replace(): void {
    const lived = this.clock.now() - this.#startedAt;
    if (lived > YOUNG_MS) this.#resume();
    else this.#cancelResume = this.clock.after(YOUNG_MS, () => this.#resume());
  }

  #resume(): void {
    this.#cancelResume = undefined;
    this.#thread = this.#start();
    this.slots.announce();
    this.#waiting.use(this.#thread.epoll);
  }
}

function indices(rates: readonly Rate[]): number[] {
  return rates.map(({ index }) => index);
}
