// What one stream may move: drawn from all of its rates before it moves, in both directions together.
//
//     ask ──▶ reserved ──due──▶ drawn ──spend──▶ drawn, less ──▶ nothing left: ask again
//                │                │
//                └── giveBack ◀───┘ what was not moved is for others

import type { RateSlots } from './rate-slots.ts';

/** A reservation is looked at again after so long, in nanoseconds: the rate may have been changed meanwhile. */
const LONGEST_WAIT_NS = 1e9;

/** What is due so soon is due: the time of a rate is kept in whole nanoseconds. */
const NOW_NS = 1000;

export class Allowance {
  readonly #slots: RateSlots;
  readonly #rates: readonly number[];
  /** Drawn and due, not spent yet. */
  #left = 0;
  #reserved = 0;
  #due = 0;
  #version = 0;
  /** It has used up what it had drawn, and nothing has been given back since. */
  #isInTurn = false;

  /** @param rates slots; with none of them everything is allowed */
  constructor(slots: RateSlots, rates: readonly number[]) {
    this.#slots = slots;
    this.#rates = rates;
  }

  /**
   * Bytes that may be moved now, at most so many as are wanted; whoever moves tells `spend`. 0: not before `wakeAt`,
   * and what has been reserved is kept until then. Several may ask; the first one after the wait gets what it wants.
   * @param now nanoseconds, as the rates count them
   */
  ask(wanted: number, now: number): number {
    if (this.#left === 0) {
      if (this.#reserved === 0) this.#reserve(wanted, now);
      else if (this.#version !== this.#versions()) {
        this.giveBack();
        this.#reserve(wanted, now);
      }
      if (this.#due > now + NOW_NS) return 0;
      this.#left = this.#reserved;
      this.#reserved = 0;
    }
    return Math.min(this.#left, wanted);
  }

  /** Bytes that one turn is likely to allow, at most so many and at least one. */
  turn(most: number, now: number): number {
    let bytes = most;
    for (const index of this.#rates) bytes = Math.min(bytes, this.#slots.offer(index, now));
    return Math.max(1, bytes);
  }

  /** So many bytes have been moved, of what was allowed. */
  spend(bytes: number): void {
    this.#left -= bytes;
  }

  /** What has not been moved goes back: nobody wants it now. */
  giveBack(): void {
    const bytes = this.#left + this.#reserved;
    this.#left = 0;
    this.#reserved = 0;
    this.#isInTurn = false;
    if (bytes > 0) for (const index of this.#rates) this.#slots.giveBack(index, bytes);
  }

  /** When to ask again after a 0, in the nanoseconds of `now`. */
  wakeAt(now: number): number {
    return Math.min(this.#due, now + LONGEST_WAIT_NS);
  }

  #reserve(wanted: number, now: number): void {
    let level = Number.POSITIVE_INFINITY;
    let bytes = Number.POSITIVE_INFINITY;
    let due = now;
    const since = this.#isInTurn ? Math.min(this.#due, now) : now;
    for (const index of this.#rates) {
      level = Math.min(level, this.#slots.level(index, now));
      bytes = Math.min(bytes, this.#slots.offer(index, now, since));
    }
    // Who has to wait reserves a whole turn, even for more than one move: a wake-up is what costs.
    if (level >= wanted) bytes = wanted;
    // A stock that is used up may be set anew; nothing is reserved of the others meanwhile.
    if (bytes === 0) due = Number.POSITIVE_INFINITY;
    else for (const index of this.#rates) due = Math.max(due, this.#slots.reserve(index, bytes, now));
    this.#reserved = bytes;
    this.#due = due;
    this.#version = this.#versions();
    this.#isInTurn = true;
  }

  /** Changes whenever any of the rates does. */
  #versions(): number {
    let sum = 0;
    for (const index of this.#rates) sum += this.#slots.version(index);
    return sum;
  }
}
