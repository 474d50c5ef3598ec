// The last hour, minute by minute: what moved, how many streams there were, and who was turned away.

import type { ByteCounts, Clock, Fact, Observer, Readings } from '../../rendezvous/ports.ts';
import { isRefusal } from '../labels.ts';

const MINUTE_MS = 60_000;
export const MINUTES = 60;

export interface Minute {
  /** Bytes relayed in it, both directions. */
  readonly bytes: number;
  readonly refusals: number;
  /** Streams that were running at its end. */
  readonly streams: number;
}

export class History implements Observer {
  readonly #minutes: Minute[] = [];
  readonly #refusals = new Map<string, number>();
  readonly #readings: Readings;
  readonly #clock: Clock;
  #relayed: number;
  #refused = 0;
  #cancel: () => void;

  constructor(readings: Readings, clock: Clock) {
    this.#readings = readings;
    this.#clock = clock;
    this.#relayed = sum(readings.relayed());
    this.#cancel = clock.after(MINUTE_MS, () => this.#tick());
  }

  observe(fact: Fact): void {
    if (fact.kind !== 'handshake' && fact.kind !== 'address-query' && fact.kind !== 'activation') return;
    if (!isRefusal(fact.result)) return;
    this.#refused++;
    this.#refusals.set(fact.result, (this.#refusals.get(fact.result) ?? 0) + 1);
  }

  /** The finished minutes, the oldest first, at most 60, and then the one that is not over. */
  minutes(): Minute[] {
    return [...this.#minutes, this.#present()];
  }

  /** Refusals since the start by reason, the most frequent first. */
  refusals(): [reason: string, count: number][] {
    return [...this.#refusals].sort(([, a], [, b]) => b - a);
  }

  /** Stops the clock. */
  stop(): void {
    this.#cancel();
  }

  #tick(): void {
    this.#minutes.push(this.#present());
    if (this.#minutes.length > MINUTES) this.#minutes.shift();
    this.#relayed = sum(this.#readings.relayed());
    this.#refused = 0;
    this.#cancel = this.#clock.after(MINUTE_MS, () => this.#tick());
  }

  #present(): Minute {
    return {
      bytes: sum(this.#readings.relayed()) - this.#relayed,
      refusals: this.#refused,
      streams: this.#readings.streamsActive(),
    };
  }
}

function sum({ firstToSecond, secondToFirst }: ByteCounts): number {
  return firstToSecond + secondToFirst;
}
