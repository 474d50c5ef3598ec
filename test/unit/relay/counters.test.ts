// The byte counters in shared memory: what the worker writes, the main thread reads.

import { describe, expect, it } from 'vitest';
import {
  CounterSlots,
  DirectionCounter,
  FIRST_TO_SECOND,
  SECOND_TO_FIRST,
  SLOTS_PER_PAGE,
} from '../../../src/relay/splice/counters.ts';

function setUp() {
  const pages: BigInt64Array[] = [];
  const slots = new CounterSlots((page, counters) => {
    pages[page] = new BigInt64Array(counters);
  });
  const counter = (slot: number, offset: typeof FIRST_TO_SECOND | typeof SECOND_TO_FIRST) =>
    new DirectionCounter(pages[Math.floor(slot / SLOTS_PER_PAGE)] ?? new BigInt64Array(0), slot, offset);
  return { slots, counter, pages };
}

describe('the counters of relayed bytes', () => {
  it('are read as they are written, each direction for itself [S5B-P-47]', () => {
    const { slots, counter } = setUp();
    const [one, two] = [slots.take(), slots.take()];
    counter(one, FIRST_TO_SECOND).take(5);
    counter(two, SECOND_TO_FIRST).take(7);
    expect(slots.bytes(one)).toEqual({ firstToSecond: 5, secondToFirst: 0 });
    expect(slots.bytes(two)).toEqual({ firstToSecond: 0, secondToFirst: 7 });
  });

  it('are exact beyond 32 bits', () => {
    const { slots, counter } = setUp();
    const slot = slots.take();
    const forth = counter(slot, FIRST_TO_SECOND);
    forth.take(2 ** 40);
    forth.take(1);
    expect(slots.bytes(slot).firstToSecond).toBe(2 ** 40 + 1);
  });

  it('tell that something moves even when it is only delivered', () => {
    const { slots, counter } = setUp();
    const slot = slots.take();
    const forth = counter(slot, FIRST_TO_SECOND);
    forth.take(10);
    const before = slots.moved(slot);
    forth.give(4);
    expect(slots.moved(slot)).toBe(before + 4);
    expect(forth.moved).toBe(slots.moved(slot));
  });

  it('begin at zero when a slot is lent again', () => {
    const { slots, counter } = setUp();
    const slot = slots.take();
    counter(slot, SECOND_TO_FIRST).take(3);
    slots.give(slot);
    expect(slots.take()).toBe(slot);
    expect(slots.bytes(slot)).toEqual({ firstToSecond: 0, secondToFirst: 0 });
  });

  it('get a further page when all slots are lent, and no slot is lent twice', () => {
    const { slots, pages } = setUp();
    const lent = new Set(Array.from({ length: SLOTS_PER_PAGE + 1 }, () => slots.take()));
    expect(lent.size).toBe(SLOTS_PER_PAGE + 1);
    expect(pages.length).toBe(2);
  });
});
