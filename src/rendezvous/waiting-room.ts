// The connections that wait: how many may, in all and of one address, and how long. [S5B-P-83] [S5B-P-85]

import type { AddressLimits } from '../policy/address-limits.ts';
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
  /** On the clock. */
  readonly since: number;
  readonly remote: string;
  readonly cancel: () => void;
}

export class WaitingRoom {
  readonly #clock: Clock;
  readonly #places = new Map<Peer, Place>();
  #options: WaitingOptions;
  #onEmpty: (() => void)[] = [];

  constructor(clock: Clock, options: WaitingOptions) {
    this.#clock = clock;
    this.#options = options;
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

  /** Calls back when the peer has waited for too long, unless it leaves before. */
  enter(peer: Peer, remote: string, onExpired: () => void): void {
    const cancel = this.#clock.after(this.#options.pendingMs, onExpired);
    this.#options.addresses?.wait(remote);
    this.#places.set(peer, { since: this.#clock.now(), remote, cancel });
  }

  leave(peer: Peer): void {
    const place = this.#places.get(peer);
    if (place === undefined) return;
    place.cancel();
    this.#options.addresses?.stopWaiting(place.remote);
    this.#places.delete(peer);
    if (this.#places.size > 0) return;
    for (const resolve of this.#onEmpty.splice(0)) resolve();
  }

  /** Other limits, for whoever comes from now on. */
  reconfigure(options: WaitingOptions): void {
    this.#options = options;
  }

  /** Resolves when nobody waits. */
  empty(): Promise<void> {
    if (this.#places.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#onEmpty.push(resolve));
  }
}
