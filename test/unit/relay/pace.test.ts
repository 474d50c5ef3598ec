// The two directions of a stream take turns at what its rates allow.

import { describe, expect, it } from 'vitest';
import { Allowance } from '../../../src/policy/allowance.ts';
import { type Rate, RateTable } from '../../../src/policy/rate.ts';
import { ClockTimetable } from '../../../src/relay/clock-timetable.ts';
import { Pace, type Waiter } from '../../../src/relay/pace.ts';
import { ManualClock } from '../../support/clock.ts';

const MB = 1e6;

/** A direction that moves all it may as soon as it may, and counts. */
class Mover implements Waiter {
  moved = 0;
  readonly #pace: Pace;
  left: number;

  constructor(pace: Pace, bytes: number) {
    this.#pace = pace;
    this.left = bytes;
  }

  resume(): void {
    while (this.left > 0) {
      const allowed = this.#pace.take(this.left, this);
      if (allowed === 0) return;
      this.#pace.spend(allowed);
      this.moved += allowed;
      this.left -= allowed;
    }
    this.#pace.done(this);
  }
}

function setUp(bytesPerSecond: number, burst: number) {
  const clock = new ManualClock();
  const rates = new RateTable({ now: () => clock.now() * 1e6 });
  const timetable = new ClockTimetable(clock, rates.now);
  const rate: Rate = rates.open(bytesPerSecond, burst);
  const level = () => rates.slots.level(rate.index, rates.now());
  const pace = () => new Pace(new Allowance(rates.slots, [rate.index]), timetable);
  return { clock, rates, rate, pace, level };
}

describe('the pace of a stream', () => {
  it('lets both directions have equal parts while both have something to move', () => {
    const { clock, pace } = setUp(MB, MB / 20);
    const shared = pace();
    const [forth, back] = [new Mover(shared, 100 * MB), new Mover(shared, 100 * MB)];
    forth.resume();
    back.resume();
    for (let ms = 0; ms < 10_000; ms++) clock.advance(1);
    expect(forth.moved + back.moved).toBeGreaterThan(9.5 * MB);
    expect(forth.moved + back.moved).toBeLessThan(10.5 * MB);
    expect(Math.abs(forth.moved - back.moved)).toBeLessThan(MB / 5);
  });

  it('leaves to one direction what the other one does not need', () => {
    const { clock, pace } = setUp(MB, MB / 20);
    const shared = pace();
    const [bulk, talk] = [new Mover(shared, 100 * MB), new Mover(shared, 10)];
    bulk.resume();
    talk.resume();
    clock.advance(100);
    expect(talk.left).toBe(0);
    clock.advance(2000);
    expect(bulk.moved).toBeGreaterThan(2 * MB);
  });

  it('has nothing reserved, and no timer, when nobody has anything to move', () => {
    const { clock, pace, level } = setUp(MB, MB / 10);
    const shared = pace();
    const mover = new Mover(shared, MB / 2);
    mover.resume();
    clock.advance(5000);
    expect(mover.left).toBe(0);
    expect(level()).toBe(MB / 10);
    expect(clock.pending).toBe(0);
  });

  it('gives back what was reserved when it is closed', () => {
    const { clock, pace, level } = setUp(MB, MB / 10);
    const shared = pace();
    new Mover(shared, 100 * MB).resume();
    expect(level()).toBeLessThan(0);
    expect(clock.pending).toBe(1);
    shared.close();
    shared.close();
    expect(level()).toBe(0);
    expect(clock.pending).toBe(0);
  });

  it('wakes whoever waits within a second of a change of the rate', () => {
    const { clock, rates, rate, pace } = setUp(1, 1);
    const mover = new Mover(pace(), MB);
    mover.resume();
    clock.advance(10);
    expect(mover.moved).toBe(1);
    rates.set(rate, 100 * MB);
    clock.advance(1000);
    expect(mover.left).toBe(0);
  });
});
