// The connections that wait, each with its deadline. [S5B-P-83]

import type { Clock, Peer } from './ports.ts';

export class Deadlines {
  readonly #clock: Clock;
  readonly #cancels = new Map<Peer, () => void>();
  #onEmpty: (() => void)[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get size(): number {
    return this.#cancels.size;
  }

  has(peer: Peer): boolean {
    return this.#cancels.has(peer);
  }

  /** Calls back after `ms` milliseconds unless it is cleared before. */
  set(peer: Peer, ms: number, onExpired: () => void): void {
    this.#cancels.set(peer, this.#clock.after(ms, onExpired));
  }

  clear(peer: Peer): void {
    this.#cancels.get(peer)?.();
    if (!this.#cancels.delete(peer) || this.#cancels.size > 0) return;
    for (const resolve of this.#onEmpty.splice(0)) resolve();
  }

  /** Resolves when nobody waits. */
  empty(): Promise<void> {
    if (this.#cancels.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#onEmpty.push(resolve));
  }
}
