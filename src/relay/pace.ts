// Whose turn it is to move what a stream's rates allow: its two directions take turns at one allowance.
//
//     take ──▶ some: its turn, until it has nothing to move (done) or has used up what there was
//       └────▶ none: in line; `resume` when more is due and it is the first
//
// A direction in line does not read: what its source sends waits in the kernel, then at the sender.

import type { Allowance } from '../policy/allowance.ts';

/** One direction. */
export interface Waiter {
  /** It is its turn: to be followed by `take`, or by `done`. */
  resume(): void;
}

/** Who wakes paces up when more is due: one appointment for each, the last one made. */
export interface Timetable {
  /** Nanoseconds, as the rates count them. */
  now(): number;
  /** Has `wake` called at that time, or soon after. */
  appoint(pace: Pace, at: number): void;
  cancel(pace: Pace): void;
}

export class Pace {
  readonly #allowance: Allowance;
  readonly #timetable: Timetable;
  /** At most both directions of a stream. */
  readonly #line: Waiter[] = [];
  #turn: Waiter | undefined;

  constructor(allowance: Allowance, timetable: Timetable) {
    this.#allowance = allowance;
    this.#timetable = timetable;
  }

  /** Bytes that it may move now, at most so many; 0: it is resumed when it is its turn. */
  take(wanted: number, waiter: Waiter): number {
    const mayAsk = this.#turn === undefined ? this.#line.length === 0 : this.#turn === waiter;
    const now = mayAsk ? this.#timetable.now() : 0;
    const allowed = mayAsk ? this.#allowance.ask(wanted, now) : 0;
    if (allowed > 0) {
      this.#turn = waiter;
      return allowed;
    }
    if (!this.#line.includes(waiter)) this.#line.push(waiter);
    if (mayAsk) {
      this.#turn = undefined;
      this.#timetable.appoint(this, this.#allowance.wakeAt(now));
    }
    return 0;
  }

  /** How much is worth reading at a time, at most so many bytes. */
  turn(most: number): number {
    return this.#allowance.turn(most, this.#timetable.now());
  }

  /** So many bytes have been moved, of what it took. */
  spend(bytes: number): void {
    this.#allowance.spend(bytes);
  }

  /** It has nothing to move now; what is left is for the other one, or goes back. */
  done(waiter: Waiter): void {
    if (this.#turn !== waiter) return;
    this.#turn = undefined;
    if (this.#line.length > 0) this.wake();
    else this.#allowance.giveBack();
  }

  /** The time has come for the first in line. */
  wake(): void {
    if (this.#turn !== undefined) return;
    this.#turn = this.#line.shift();
    this.#turn?.resume();
  }

  /** Nobody moves any more. Idempotent. */
  close(): void {
    this.#timetable.cancel(this);
    this.#line.length = 0;
    this.#turn = undefined;
    this.#allowance.giveBack();
  }
}
