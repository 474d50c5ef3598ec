// One relay worker with all that is lent to it: waiting peers and running streams. When its thread dies, its
// streams are reset, a new thread takes its place, and the waiting peers are lent to that one.

import { type Clock, PeerGoneError, type StreamEnd } from '../../rendezvous/ports.ts';
import { CounterSlots } from './counters.ts';
import type { Libc } from './libc.ts';
import type { FromWorker, ToWorker } from './protocol.ts';
import { resetOnClose } from './socket-options.ts';
import type { SpawnWorker } from './spawn-worker.ts';
import type { SplicedPeer, Warden } from './spliced-peer.ts';
import { SplicedStream, type StreamParts } from './spliced-stream.ts';
import { WorkerThread } from './worker-thread.ts';

export interface RelayWorkerParts {
  readonly libc: Libc;
  readonly clock: Clock;
  readonly spawn: SpawnWorker;
  /** Pipes that its thread may enlarge. */
  readonly largePipes: number;
  readonly halfCloseMs: number;
  /** Early bytes of waiting peers are thrown away. */
  readonly discard: boolean;
  /** The thread has died, and so have so many streams. */
  onDeath(error: Error, streams: number): void;
}

/** A thread that dies at this age, in milliseconds, is replaced only after as long again. */
const YOUNG_MS = 1_000;

interface Join {
  readonly stream: SplicedStream;
  readonly peers: readonly [SplicedPeer, SplicedPeer];
  readonly resolve: (stream: SplicedStream) => void;
  readonly reject: (error: Error) => void;
}

export class RelayWorker implements Warden, StreamParts {
  readonly slots: CounterSlots;
  readonly clock: Clock;
  readonly halfCloseMs: number;
  readonly #parts: RelayWorkerParts;
  readonly #peers = new Map<number, SplicedPeer>();
  readonly #streams = new Map<number, SplicedStream>();
  readonly #joins = new Map<number, Join>();
  #thread: WorkerThread;
  #startedAt = 0;
  #cancelResume: (() => void) | undefined;

  constructor(parts: RelayWorkerParts) {
    this.#parts = parts;
    this.clock = parts.clock;
    this.halfCloseMs = parts.halfCloseMs;
    this.slots = new CounterSlots((page, counters) => this.#post({ kind: 'page', page, counters }));
    this.#thread = this.#start();
  }

  /** Streams that run here. */
  get load(): number {
    return this.#streams.size;
  }

  watch(fd: number, peer: SplicedPeer): void {
    this.#peers.set(fd, peer);
    this.#post({ kind: 'watch', fd, discard: this.#parts.discard });
  }

  release(fd: number): void {
    if (this.#cancelResume) this.#onReleased(fd, false);
    else this.#post({ kind: 'release', fd });
  }

  /** Joins two peers that are watched here. @throws PeerGoneError if one is gone */
  join(first: SplicedPeer, second: SplicedPeer): Promise<SplicedStream> {
    if (this.#cancelResume) return Promise.reject(new Error('the relay worker is being replaced'));
    const one = first.beginJoin();
    const two = second.beginJoin();
    if (one === undefined || two === undefined) {
      first.finishJoin(false);
      second.finishJoin(false);
      return Promise.reject(new PeerGoneError());
    }
    const stream = new SplicedStream([one.fd, two.fd], this);
    const { slot } = stream;
    this.#streams.set(slot, stream);
    const early = [one.early, two.early] as const;
    this.#post({ kind: 'join', slot, first: one.fd, second: two.fd, early });
    return new Promise((resolve, reject) => {
      this.#joins.set(slot, { stream, peers: [first, second], resolve, reject });
    });
  }

  abort(slot: number): void {
    this.#post({ kind: 'abort', slot });
  }

  close(fd: number, how: 'finish' | 'reset'): void {
    const { libc } = this.#parts;
    if (how === 'reset') resetOnClose(libc, fd);
    libc.close(fd);
  }

  /** Closes its peers, resets its streams, and ends the thread. */
  async stop(): Promise<void> {
    for (const peer of [...this.#peers.values()]) peer.close();
    for (const stream of this.#streams.values()) stream.abort('shutdown');
    this.#cancelResume?.();
    await this.#thread.stop();
  }

  #start(): WorkerThread {
    const { libc, spawn, largePipes } = this.#parts;
    this.#startedAt = this.clock.now();
    return new WorkerThread({
      libc,
      spawn,
      largePipes,
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
    this.#thread.keepsAlive(this.#peers.size + this.#streams.size > 0);
  }

  #onMessage(message: FromWorker): void {
    if (message.kind === 'finished') this.#peers.get(message.fd)?.onFinished();
    else if (message.kind === 'released') this.#onReleased(message.fd, message.gone);
    else if (message.kind === 'joined') this.#onJoined(message.slot);
    else if (message.kind === 'refused') this.#onRefused(message.slot);
    else if (message.kind === 'half-closed') this.#streams.get(message.slot)?.onHalfClosed(message.moved);
    else this.#onStreamEnded(message.slot, message.reason);
    this.#keepAlive();
  }

  #onReleased(fd: number, gone: boolean): void {
    const peer = this.#peers.get(fd);
    this.#peers.delete(fd);
    peer?.onReleased(gone);
  }

  #onJoined(slot: number): void {
    const join = this.#joins.get(slot);
    if (join === undefined) return;
    this.#joins.delete(slot);
    this.#forget(join);
    join.resolve(join.stream);
  }

  #onRefused(slot: number): void {
    const join = this.#joins.get(slot);
    if (join === undefined) return;
    this.#joins.delete(slot);
    this.#streams.delete(slot);
    join.stream.discard();
    for (const peer of join.peers) peer.finishJoin(false);
    join.reject(new PeerGoneError());
  }

  #onStreamEnded(slot: number, reason: StreamEnd): void {
    const stream = this.#streams.get(slot);
    this.#streams.delete(slot);
    stream?.onEnded(reason);
  }

  /** The stream owns their descriptors from now on. */
  #forget({ stream, peers }: Join): void {
    for (const fd of stream.fds) this.#peers.delete(fd);
    for (const peer of peers) peer.finishJoin(true);
  }

  #onEnd(error: Error | undefined): void {
    for (const join of this.#joins.values()) {
      this.#forget(join);
      join.reject(error ?? new Error('the relay was closed'));
    }
    this.#joins.clear();
    const streams = [...this.#streams.values()];
    this.#streams.clear();
    for (const stream of streams) stream.onEnded(error ? 'engine-failed' : 'shutdown');
    for (const [fd, peer] of [...this.#peers]) {
      const waitsForAnother = error !== undefined && peer.warden === this;
      if (!waitsForAnother) this.#onReleased(fd, false);
    }
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
    for (const [fd, peer] of this.#peers) this.watch(fd, peer);
  }
}
