// The streams that run: joined, counted, watched once a second, and told when they end. [XEP-0065 §6.3.6] [S5B-P-84]

import type { SessionKey } from '../wire/session-key.ts';
import {
  type Applicant,
  type ByteCounts,
  type Clock,
  type Grant,
  type Observer,
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
  readonly applicant: Applicant;
  readonly peers: readonly [Peer, Peer];
  /** When the first of them came, on the clock. */
  readonly since: number;
  readonly grant: Grant;
}

export class Streams {
  readonly #engine: RelayEngine;
  readonly #clock: Clock;
  readonly #observer: Observer;
  readonly #onEnd: (key: SessionKey) => void;
  readonly #running = new Map<SessionKey, StreamWatch>();
  #active = 0;
  #before: ByteCounts = { firstToSecond: 0, secondToFirst: 0 };
  #cancelTick: (() => void) | undefined;
  #onIdle: (() => void)[] = [];

  /** @param onEnd is called once for each stream that was opened or could not be */
  constructor(engine: RelayEngine, clock: Clock, observer: Observer, onEnd: (key: SessionKey) => void) {
    this.#engine = engine;
    this.#clock = clock;
    this.#observer = observer;
    this.#onEnd = onEnd;
  }

  /** Those that are being joined among them. */
  get active(): number {
    return this.#active;
  }

  /**
   * Joins the pair; the relay is live when this resolves with true. [S5B-P-46] False when a peer was gone: then the
   * other one is closed. [S5B-P-76] Rejects on an internal failure. Of a running stream no more is kept than what its
   * end needs: there may be thousands.
   */
  async open({ key, applicant, peers, since, grant }: Admitted): Promise<boolean> {
    const [first, second] = peers;
    this.#active++;
    const began = this.#clock.now();
    const { rates } = grant;
    let stream: RelayedStream;
    try {
      stream = await this.#engine.join(first, second, rates);
    } catch (error) {
      grant.release();
      this.#leave(key);
      first.close();
      second.close();
      if (error instanceof PeerGoneError) return false;
      throw error;
    }
    this.#watch(new StreamWatch({ key, stream, grant, applicant, began, rates }));
    const { requester, target } = applicant;
    const setupMs = this.#clock.now() - since;
    this.#observer.observe({ kind: 'stream-opened', key, requester, target, setupMs });
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

  #watch(watch: StreamWatch): void {
    this.#running.set(watch.key, watch);
    this.#tickLater();
    // The parties learn of the end from their sockets; XMPP has no notice for it. [S5B-P-82]
    watch.stream.onEnd((reason) => this.#onEnded(watch, reason));
  }

  #onEnded(watch: StreamWatch, reason: StreamEnd): void {
    watch.charge();
    this.#running.delete(watch.key);
    watch.grant.release();
    const summary = watch.summarise(this.#clock.now(), reason);
    this.#before = add(this.#before, summary.bytes);
    this.#observer.observe({ kind: 'stream-closed', summary });
    this.#leave(watch.key);
  }

  #leave(key: SessionKey): void {
    this.#onEnd(key);
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
