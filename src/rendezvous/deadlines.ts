// The connections that wait, each with its deadline and what it takes of its address. [S5B-P-83] [S5B-P-85]

import type { Clock, Peer } from './ports.ts';

export class Deadlines {
  readonly #clock: Clock;
  readonly #clear = new Map<Peer, () => void>();
  readonly #since = new WeakMap<Peer, number>();
  #onEmpty: (() => void)[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get size(): number {
    return this.#clear.size;
  }

  has(peer: Peer): boolean {
    return this.#clear.has(peer);
  }

  /** When it began to wait, on the clock; also when it waits no more. */
  since(peer: Peer): number {
    return this.#since.get(peer) ?? this.#clock.now();
  }

  /**
   * Calls back after `ms` milliseconds unless it is cleared before.
   * @param onCleared called once when the peer waits no more, for whatever reason
   */
  set(peer: Peer, ms: number, onExpired: () => void, onCleared: () => void = () => {}): void {
    this.#since.set(peer, this.#clock.now());
    const cancel = this.#clock.after(ms, onExpired);
    this.#clear.set(peer, () => {
      cancel();
      onCleared();
    });
  }

  clear(peer: Peer): void {
    this.#clear.get(peer)?.();
    if (!this.#clear.delete(peer) || this.#clear.size > 0) return;
    for (const resolve of this.#onEmpty.splice(0)) resolve();
  }

  /** Resolves when nobody waits. */
  empty(): Promise<void> {
    if (this.#clear.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#onEmpty.push(resolve));
  }
}
