// When whoever waits for more to be due in a worker is to be woken: what bounds its sleep in epoll_wait.

import type { Pace, Timetable } from '../pace.ts';

interface Appointment {
  readonly pace: Pace;
  readonly at: number;
}

const FOREVER_MS = -1;
const NANOSECONDS_A_MILLISECOND = 1e6;

export class DueTimes implements Timetable {
  readonly now: () => number;
  /** A binary heap, the earliest first. Those that have been made anew or cancelled stay in it until their time. */
  readonly #heap: Appointment[] = [];
  readonly #valid = new Map<Pace, Appointment>();

  /** @param now nanoseconds, as the rates count them */
  constructor(now: () => number) {
    this.now = now;
  }

  appoint(pace: Pace, at: number): void {
    const appointment = { pace, at };
    this.#valid.set(pace, appointment);
    this.#push(appointment);
  }

  cancel(pace: Pace): void {
    this.#valid.delete(pace);
  }

  /** Milliseconds until somebody is due, as epoll_wait takes them. */
  untilNext(): number {
    const next = this.#first();
    if (next === undefined) return FOREVER_MS;
    return Math.max(0, Math.ceil((next.at - this.now()) / NANOSECONDS_A_MILLISECOND));
  }

  /** Wakes all that are due now, the earliest first. */
  wake(): void {
    if (this.#valid.size === 0) return;
    const now = this.now();
    for (let next = this.#first(); next !== undefined && next.at <= now; next = this.#first()) {
      this.#valid.delete(next.pace);
      this.#pop();
      next.pace.wake();
    }
  }

  /** The earliest that is still valid. */
  #first(): Appointment | undefined {
    for (;;) {
      const first = this.#heap[0];
      if (first === undefined || this.#valid.get(first.pace) === first) return first;
      this.#pop();
    }
  }

  #push(appointment: Appointment): void {
    const heap = this.#heap;
    let hole = heap.length;
    while (hole > 0) {
      const parent = (hole - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || above.at <= appointment.at) break;
      heap[hole] = above;
      hole = parent;
    }
    heap[hole] = appointment;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let hole = 0;
    for (;;) {
      const left = heap[2 * hole + 1];
      const right = heap[2 * hole + 2];
      const child = right && left && right.at < left.at ? right : left;
      if (child === undefined || child.at >= last.at) break;
      heap[hole] = child;
      hole = 2 * hole + (child === right ? 2 : 1);
    }
    heap[hole] = last;
  }
}
