// Wakes the paces of the portable engine: one timer of the injected clock for each that waits.

import type { Clock } from '../rendezvous/ports.ts';
import type { Pace, Timetable } from './pace.ts';

const NANOSECONDS_A_MILLISECOND = 1e6;

export class ClockTimetable implements Timetable {
  readonly now: () => number;
  readonly #clock: Clock;
  readonly #timers = new Map<Pace, () => void>();

  /** @param now nanoseconds, as the rates count them */
  constructor(clock: Clock, now: () => number) {
    this.#clock = clock;
    this.now = now;
  }

  appoint(pace: Pace, at: number): void {
    this.cancel(pace);
    const ms = Math.max(0, Math.ceil((at - this.now()) / NANOSECONDS_A_MILLISECOND));
    this.#timers.set(
      pace,
      this.#clock.after(ms, () => {
        this.#timers.delete(pace);
        pace.wake();
      }),
    );
  }

  cancel(pace: Pace): void {
    this.#timers.get(pace)?.();
    this.#timers.delete(pace);
  }
}
