// What holds a stream back at present: a pace for the rates that it has, and another one when it has others. [S5B-P-85]

import { Allowance } from '../policy/allowance.ts';
import type { RateSlots } from '../policy/rate-slots.ts';
import { Pace, type Timetable } from './pace.ts';

/** Where rates are, and who wakes whoever waits for them. */
export interface PacingParts {
  readonly slots: RateSlots;
  readonly timetable: Timetable;
}

export class Pacing {
  readonly #parts: PacingParts | undefined;
  #pace: Pace | undefined;

  /** @param parts undefined: there are no rates @param rates slots @throws TypeError when there are none to draw from */
  constructor(parts: PacingParts | undefined, rates: readonly number[]) {
    this.#parts = parts;
    this.draw(rates);
  }

  /** Undefined: nothing holds it back, and it pays for nothing. */
  get pace(): Pace | undefined {
    return this.#pace;
  }

  /** From now on from these rates; what had been reserved of others goes back. Who waited for a turn is to try again. */
  draw(rates: readonly number[]): void {
    if (rates.length > 0 && this.#parts === undefined) {
      throw new TypeError('the engine was given no table of rates');
    }
    this.close();
    if (rates.length > 0 && this.#parts) {
      this.#pace = new Pace(new Allowance(this.#parts.slots, rates), this.#parts.timetable);
    }
  }

  /** Idempotent. */
  close(): void {
    this.#pace?.close();
    this.#pace = undefined;
  }
}
