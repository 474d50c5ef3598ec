// The sums that are in memory: a bounded number of them, those used last; none goes before it has been written.

import type { Periods } from './quota-periods.ts';
import type { Counter } from './quota-store.ts';

/** Sums in memory at once: four for each requester with a domain of its own, so 32,768 of these. Some 30 MB. */
const MAX_SUMS = 131_072;
/** So many of the oldest are looked at for one that may go. */
const TRIES = 8;

/** One sum. */
export class Sum {
  readonly counter: Counter;
  /** What the store has, as far as we know. */
  stored = 0;
  /** Being written. */
  inFlight = 0;
  /** To be written. */
  pending = 0;
  /** The part of its quota that was used when it was last judged; more than 1 when it was exceeded. */
  share = 0;
  /** When `stored` was last told by the store, in the clock's milliseconds. */
  knownAt = Number.NEGATIVE_INFINITY;

  constructor(counter: Counter) {
    this.counter = counter;
  }

  get total(): number {
    return this.stored + this.inFlight + this.pending;
  }

  get isWritten(): boolean {
    return this.inFlight === 0 && this.pending === 0;
  }
}

export class Sums {
  /** In the order of their last use. */
  readonly #sums = new Map<string, Sum>();
  readonly #unwritten = new Set<Sum>();
  readonly #capacity: number;
  #unwrittenBytes = 0;

  constructor(capacity: number = MAX_SUMS) {
    this.#capacity = capacity;
  }

  /** The sum; a new one if need be. Undefined when there is no room, because nothing could be written for long. */
  at(counter: Counter): Sum | undefined {
    const key = `${counter.period} ${counter.subject}`;
    const known = this.#sums.get(key);
    if (known === undefined && this.#sums.size >= this.#capacity && !this.#makeRoom()) return undefined;
    const sum = known ?? new Sum(counter);
    this.#sums.delete(key);
    this.#sums.set(key, sum);
    return sum;
  }

  add(sum: Sum, bytes: number): void {
    sum.pending += bytes;
    this.#unwrittenBytes += bytes;
    this.#unwritten.add(sum);
  }

  /** Up to so many that have bytes to write; these now count as being written. */
  take(most: number): Sum[] {
    const taken: Sum[] = [];
    for (const sum of this.#unwritten) {
      if (taken.length === most) break;
      this.#unwritten.delete(sum);
      sum.inFlight = sum.pending;
      sum.pending = 0;
      taken.push(sum);
    }
    return taken;
  }

  /** What was being written has been, and these are the sums now. */
  settle(written: readonly Sum[], values: readonly number[], now: number): void {
    for (const [index, sum] of written.entries()) {
      this.#unwrittenBytes -= sum.inFlight;
      sum.stored = values[index] ?? sum.stored + sum.inFlight;
      sum.inFlight = 0;
      sum.knownAt = now;
    }
  }

  /** What was being written has not been. */
  giveBack(failed: readonly Sum[]): void {
    for (const sum of failed) {
      sum.pending += sum.inFlight;
      sum.inFlight = 0;
      this.#unwritten.add(sum);
    }
  }

  get hasUnwritten(): boolean {
    return this.#unwritten.size > 0;
  }

  /** The sums in memory. */
  get size(): number {
    return this.#sums.size;
  }

  /** Bytes in all sums that the store does not have yet. */
  get unwrittenBytes(): number {
    return this.#unwrittenBytes;
  }

  /** The highest share of any quota in these periods. */
  highestShare({ day, month }: Periods): number {
    let highest = 0;
    for (const { counter, share } of this.#sums.values()) {
      if (counter.period === day || counter.period === month) highest = Math.max(highest, share);
    }
    return highest;
  }

  #makeRoom(): boolean {
    let tries = TRIES;
    for (const [key, sum] of this.#sums) {
      if (sum.isWritten) return this.#sums.delete(key);
      if (--tries === 0) return false;
    }
    return false;
  }
}
