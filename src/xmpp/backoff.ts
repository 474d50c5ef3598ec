// How long to wait before the next attempt to join: full jitter under a ceiling that doubles. [RFC 6120 §3.3] [COMP-19]

export interface BackoffOptions {
  /** The first ceiling, in milliseconds. */
  readonly first: number;
  /** The highest ceiling, in milliseconds. */
  readonly max: number;
}

export class Backoff {
  readonly #options: BackoffOptions;
  readonly #random: () => number;
  #ceiling: number;

  /** @param random from 0 up to, but not including, 1 */
  constructor(options: BackoffOptions, random: () => number) {
    this.#options = options;
    this.#random = random;
    this.#ceiling = Math.min(options.first, options.max);
  }

  /** The next delay in milliseconds: a random part of the ceiling, which then doubles. */
  next(): number {
    const delay = Math.floor(this.#random() * this.#ceiling);
    this.#ceiling = Math.min(this.#ceiling * 2, this.#options.max);
    return delay;
  }

  reset(): void {
    this.#ceiling = Math.min(this.#options.first, this.#options.max);
  }
}
