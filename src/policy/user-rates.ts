// The rates that all streams of one person share; each lives as long as any of these streams does. [S5B-P-85]

import type { Rate } from './rate.ts';
import { limitRate, type Rates } from './rate-limits.ts';

interface Shared {
  readonly rate: Rate;
  streams: number;
}

export class UserRates {
  readonly #table: Rates;
  readonly #shared = new Map<string, Shared>();

  constructor(table: Rates) {
    this.#table = table;
  }

  /** Persons who have one. */
  get size(): number {
    return this.#shared.size;
  }

  /** One more stream of the person; each `join` is followed by one `leave`. */
  join(person: string): void {
    const shared = this.#shared.get(person) ?? { rate: this.#table.open(undefined), streams: 0 };
    shared.streams++;
    this.#shared.set(person, shared);
  }

  /** The rate of a person who has joined, at this limit from now on. */
  limit(person: string, bytesPerSecond: number, burst: number | undefined): Rate | undefined {
    const shared = this.#shared.get(person);
    return shared && limitRate(this.#table, shared.rate, bytesPerSecond, burst);
  }

  leave(person: string): void {
    const shared = this.#shared.get(person);
    if (shared === undefined) return;
    shared.streams--;
    if (shared.streams > 0) return;
    this.#shared.delete(person);
    this.#table.release(shared.rate);
  }
}
