// The streams that run: joined, counted, watched once a second, and told when they end. [XEP-0065 §6.3.6] [S5B-P-84]

import type { SessionKey } from '../wire/session-key.ts';
import {
  type ByteCounts,
  type Clock,
  type Grant,
  type Observer,
  type Parties,
  type Peer,
  PeerGoneError,
  type RelayEngine,
  type RelayedStream,
  type RunningStream,
  type StreamEnd,
} from './ports.ts';
import { StreamWatch } from './stream-watch.ts';

/**
 * How often the running streams are looked at, in milliseconds. A limit takes effect at most so much later; together
 * with the time that a write of the quotas takes, what a kill loses of them is the last second.
 */
const WATCH_MS = 750;

/** A pair that has been admitted. */
export interface Admitted {
  readonly key: SessionKey;
  readonly parties: Parties;
  readonly first: Peer;
  readonly second: Peer;
  /** When the first of them came, on the clock. */
  readonly since: number;
  readonly grant: Grant;
}

export class Streams {
  readonly #engine: RelayEngine;
  readonly #clock: Clock;
  readonly #observer: Observer;
  readonly #running = new Map<SessionKey, StreamWatch>();
  #active = 0;
  #before: ByteCounts = { firstToSecond: 0, secondToFirst: 0 };
  #cancelTick: (() => void) | undefined;
  #onIdle: (() => void)[] = [];

  constructor(engine: RelayEngine, clock: Clock, observer: Observer) {
    this.#engine = engine;
    this.#clock = clock;
    this.#observer = observer;
  }

  /** Those that are being joined among them. */
  get active(): number {
    return this.#active;
  }

  /**
   * Joins the pair; the relay is live when this resolves with true. [S5B-P-46] False when a peer was gone: then the
   * other one is closed. [S5B-P-76] `onEnd` is called once in either case. Rejects on an internal failure.
   */
  async open(admitted: Admitted, onEnd: () => void): Promise<boolean> {
    const { key, parties, first, second, grant } = admitted;
    this.#active++;
    const began = this.#clock.now();
    let stream: RelayedStream;
    try {
      stream = await this.#engine.join(first, second, grant.rates);
    } catch (error) {
      grant.release();
      onEnd();
      this.#leave();
      first.close();
      second.close();
      if (error instanceof PeerGoneError) return false;
      throw error;
    }
    this.#running.set(key, new StreamWatch(stream, grant, parties, began));
    this.#tickLater();
    const setupMs = this.#clock.now() - admitted.since;
    this.#observer.observe({ kind: 'stream-opened', key, ...parties, setupMs });
    // The parties learn of the end from their sockets; XMPP has no notice for it. [S5B-P-82]
    void stream.ended.then((reason) => {
      this.#tell(admitted, stream.bytes(), this.#clock.now() - began, reason);
      onEnd();
      this.#leave();
    });
    return true;
  }

  /** Bytes since the start, those of streams that have ended among them. */
  relayed(): ByteCounts {
    let sum = this.#before;
    for (const watch of this.#running.values()) sum = add(sum, watch.stream.bytes());
    return sum;
  }

  /** At most so many, those that began last first. */
  list(most: number): RunningStream[] {
    const watches = [...this.#running.values()].slice(-most).reverse();
    return watches.map((watch) => watch.describe(this.#clock.now()));
  }

  /** Resolves when none runs any more. */
  idle(): Promise<void> {
    if (this.#active === 0) return Promise.resolve();
    return new Promise((resolve) => this.#onIdle.push(resolve));
  }

  /** Returns how many there were. */
  abortAll(reason: StreamEnd): number {
    const cut = this.#running.size;
    for (const watch of this.#running.values()) watch.stream.abort(reason);
    return cut;
  }

  #tell(
    { key, parties, first, second, grant }: Admitted,
    bytes: ByteCounts,
    durationMs: number,
    reason: StreamEnd,
  ) {
    this.#running.get(key)?.charge();
    this.#running.delete(key);
    grant.release();
    this.#before = add(this.#before, bytes);
    const remotes = { first: first.remote, second: second.remote };
    const summary = { key, ...parties, ...remotes, bytes, durationMs, className: grant.className, reason };
    this.#observer.observe({ kind: 'stream-closed', summary });
  }

  #leave(): void {
    this.#active--;
    if (this.#active > 0) return;
    this.#cancelTick?.();
    this.#cancelTick = undefined;
    for (const resolve of this.#onIdle.splice(0)) resolve();
  }

  /** Nothing ticks while no stream runs. */
  #tickLater(): void {
    this.#cancelTick ??= this.#clock.after(WATCH_MS, () => {
      this.#cancelTick = undefined;
      for (const watch of this.#running.values()) watch.look(this.#clock.now());
      if (this.#running.size > 0) this.#tickLater();
    });
  }
}

function add(a: ByteCounts, b: ByteCounts): ByteCounts {
  return {
    firstToSecond: a.firstToSecond + b.firstToSecond,
    secondToFirst: a.secondToFirst + b.secondToFirst,
  };
}
