// How fast one source may open connections: a token bucket each, in bounded memory. [S5B-P-85]

/** After a pause, so many seconds' worth may come at once. */
export const BURST_SECONDS = 4;

/** Sources that are remembered; beyond it the one that was longest quiet is forgotten, and begins with a full bucket. */
const MAX_SOURCES = 65_536;

/** Full buckets that are thrown away for each one that is made, so that nothing is left of a flood. */
const SWEEP = 2;

export class ConnectionRates {
  readonly #maxSources: number;
  #msPerConnection = 0;
  /**
   * When each bucket will be full again, in milliseconds; the longest quiet one first. The tokens that are missing
   * are those that this time holds from now on, so one number is a whole bucket.
   */
  readonly #fullAt = new Map<string, number>();

  /** @param perSecond connections; Infinity: no limit */
  constructor(perSecond: number, maxSources: number = MAX_SOURCES) {
    this.#maxSources = maxSources;
    this.change(perSecond);
  }

  /** Sources that are remembered. */
  get size(): number {
    return this.#fullAt.size;
  }

  /** Another limit, from now on. */
  change(perSecond: number): void {
    this.#msPerConnection = 1000 / perSecond;
  }

  /** Takes a token; false when there is none. @param now monotonic milliseconds */
  take(source: string, now: number): boolean {
    if (this.#msPerConnection === 0) return true;
    const missingMs = Math.max((this.#fullAt.get(source) ?? now) - now, 0);
    const taken = missingMs + this.#msPerConnection;
    if (taken > BURST_SECONDS * 1000 + ROUNDING_MS) return false;
    this.#fullAt.delete(source);
    this.#sweep(now);
    this.#fullAt.set(source, now + taken);
    return true;
  }

  #sweep(now: number): void {
    let room = SWEEP;
    for (const [source, fullAt] of this.#fullAt) {
      if (fullAt > now && this.#fullAt.size < this.#maxSources) return;
      this.#fullAt.delete(source);
      room--;
      if (room === 0) return;
    }
  }
}

/** Sums of fractions are not exact. */
const ROUNDING_MS = 0.001;
