// The connections that wait: how many may, in all and of one address, and how long. [S5B-P-83] [S5B-P-85]

import type { AddressLimits } from '../policy/address-limits.ts';
import type { SessionKey } from '../wire/session-key.ts';
import type { Clock, Peer } from './ports.ts';

export interface WaitingOptions {
  /** Connections that may wait at once. */
  readonly maxWaiting: number;
  /** How long a connection may wait for its activation, in milliseconds. [S5B-P-83] */
  readonly pendingMs: number;
  /** Who may have one more connection waiting; absent: everyone. */
  readonly addresses?: Pick<AddressLimits, 'mayWait' | 'wait' | 'stopWaiting'>;
}

interface Place {
  readonly key: SessionKey;
  readonly remote: string;
  /** On the clock; so is the deadline. */
  readonly since: number;
  until: number;
}

export class WaitingRoom {
  readonly #clock: Clock;
  readonly #onExpired: (key: SessionKey, peer: Peer) => void;
  /** In the order in which they came, which is that of their deadlines. */
  readonly #places = new Map<Peer, Place>();
  #options: WaitingOptions;
  #onEmpty: (() => void)[] = [];
  #cancelTimer: (() => void) | undefined;

  /** @param onExpired is told of a peer that has waited for too long, and has it leave */
  constructor(clock: Clock, options: WaitingOptions, onExpired: (key: SessionKey, peer: Peer) => void) {
    this.#clock = clock;
    this.#options = options;
    this.#onExpired = onExpired;
  }

  get size(): number {
    return this.#places.size;
  }

  has(peer: Peer): boolean {
    return this.#places.has(peer);
  }

  /** When a peer that waits began to, on the clock. */
  since(peer: Peer): number {
    return this.#places.get(peer)?.since ?? this.#clock.now();
  }

  /** Why one more connection from an address may not wait; undefined: it may. */
  refusal(remote: string): 'over-limit' | 'over-address-limit' | undefined {
    if (this.#places.size >= this.#options.maxWaiting) return 'over-limit';
    return this.#options.addresses?.mayWait(remote) === false ? 'over-address-limit' : undefined;
  }

  enter(peer: Peer, key: SessionKey, remote: string): void {
    const since = this.#clock.now();
    this.#options.addresses?.wait(remote);
    this.#places.set(peer, { key, remote, since, until: since + this.#options.pendingMs });
    this.#setTimer();
  }

  /** Idempotent. */
  leave(peer: Peer): void {
    const place = this.#places.get(peer);
    if (place === undefined) return;
    this.#places.delete(peer);
    this.#options.addresses?.stopWaiting(place.remote);
    if (this.#places.size > 0) return;
    this.#stopTimer();
    for (const resolve of this.#onEmpty.splice(0)) resolve();
  }

  /** Other limits, for whoever comes from now on. Nobody who waits has a later deadline than who comes now. */
  reconfigure(options: WaitingOptions): void {
    this.#options = options;
    const latest = this.#clock.now() + options.pendingMs;
    for (const place of this.#places.values()) place.until = Math.min(place.until, latest);
    this.#stopTimer();
    this.#setTimer();
  }

  /** Resolves when nobody waits. */
  empty(): Promise<void> {
    if (this.#places.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#onEmpty.push(resolve));
  }

  /** One for all, at the first deadline: thousands may wait, and each timer would be one more object. */
  #setTimer(): void {
    if (this.#cancelTimer) return;
    const [first] = this.#places.values();
    if (first === undefined) return;
    this.#cancelTimer = this.#clock.after(Math.max(0, first.until - this.#clock.now()), () => {
      this.#cancelTimer = undefined;
      this.#expire();
      this.#setTimer();
    });
  }

  #stopTimer(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }

  #expire(): void {
    for (const [peer, { key, until }] of this.#places) {
      if (until > this.#clock.now()) return;
      this.#onExpired(key, peer);
    }
  }
}
