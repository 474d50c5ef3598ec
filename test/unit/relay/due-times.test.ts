// Who is woken when in a relay worker, and how long it may sleep until then.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Allowance } from '../../../src/policy/allowance.ts';
import { RateTable } from '../../../src/policy/rate.ts';
import { Pace, type Waiter } from '../../../src/relay/pace.ts';
import { DueTimes } from '../../../src/relay/splice/due-times.ts';

const MILLISECOND = 1e6;

function setUp() {
  const clock = { ns: 0 };
  const dues = new DueTimes(() => clock.ns);
  const { slots } = new RateTable({ now: () => clock.ns });
  const woken: number[] = [];
  /** A pace with somebody in line: it says its name when it is woken. */
  const pace = (name: number) => {
    const rates = new RateTable({ now: () => clock.ns });
    const empty = rates.open(1, 1);
    const made = new Pace(new Allowance(rates.slots, [empty.index]), dues);
    const waiter: Waiter = { resume: () => woken.push(name) };
    rates.slots.reserve(empty.index, 1000, clock.ns);
    made.take(1, waiter);
    return made;
  };
  return { clock, dues, slots, woken, pace };
}

describe('the due times of a relay worker', () => {
  it('wake everybody when they are due and not before, in the order of their times, and then know of nobody', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 40 }), (times) => {
        const { clock, dues, woken, pace } = setUp();
        for (const [name, ms] of times.entries()) dues.appoint(pace(name), ms * MILLISECOND);
        while (dues.untilNext() !== -1) {
          clock.ns += dues.untilNext() * MILLISECOND;
          const before = woken.length;
          dues.wake();
          const now = clock.ns / MILLISECOND;
          expect(woken.slice(before).map((name) => times[name])).toEqual(times.filter((ms) => ms === now));
        }
        expect(woken.length).toBe(times.length);
      }),
    );
  });

  it('keep the last appointment of each, and none that was cancelled', () => {
    const { clock, dues, woken, pace } = setUp();
    const [one, two] = [pace(1), pace(2)];
    dues.appoint(one, 5 * MILLISECOND);
    dues.appoint(two, 7 * MILLISECOND);
    dues.appoint(one, 9 * MILLISECOND);
    two.close();
    expect(dues.untilNext()).toBe(9);
    clock.ns = 8 * MILLISECOND;
    dues.wake();
    expect(woken).toEqual([]);
    clock.ns = 9 * MILLISECOND;
    dues.wake();
    expect(woken).toEqual([1]);
  });

  it('round up to whole milliseconds: who is woken too early would have to wait again', () => {
    const { dues, pace } = setUp();
    const one = pace(1);
    dues.appoint(one, 1);
    expect(dues.untilNext()).toBe(1);
    dues.appoint(one, 0);
    expect(dues.untilNext()).toBe(0);
  });
});
