// Rates: what may be drawn when, by whoever draws. The clock is turned by hand.

import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { buildSync } from 'esbuild';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_BURST_SECONDS, RateTable } from '../../../src/policy/rate.ts';

const SECOND = 1e9;
const MB = 1e6;

function setUp(capacity?: number) {
  const clock = { ns: 5 * SECOND };
  const table = new RateTable({ now: () => clock.ns, ...(capacity === undefined ? {} : { capacity }) });
  return { clock, table, slots: table.slots };
}

describe('a rate', () => {
  it('lets its burst through at once, and then so many bytes a second', () => {
    const { clock, table, slots } = setUp();
    const { index } = table.open(MB, MB / 2);
    expect(slots.level(index, clock.ns)).toBe(MB / 2);
    expect(slots.reserve(index, MB / 2, clock.ns)).toBeLessThanOrEqual(clock.ns);
    expect(slots.level(index, clock.ns)).toBe(0);
    expect(slots.reserve(index, MB, clock.ns)).toBe(clock.ns + SECOND);
    expect(slots.level(index, clock.ns + 2 * SECOND)).toBe(MB / 2);
  });

  it('never saves up more than its burst', () => {
    const { clock, table, slots } = setUp();
    const { index } = table.open(MB, MB / 2);
    slots.reserve(index, 100, clock.ns);
    expect(slots.level(index, clock.ns + 3600 * SECOND)).toBe(MB / 2);
  });

  it('gives every drawer a due time of its own, in the order in which they came', () => {
    const { clock, table, slots } = setUp();
    const { index } = table.open(MB, MB / 2);
    slots.reserve(index, MB / 2, clock.ns);
    const dues = [1, 2, 3].map(() => slots.reserve(index, MB / 10, clock.ns) - clock.ns);
    expect(dues).toEqual([0.1 * SECOND, 0.2 * SECOND, 0.3 * SECOND]);
  });

  it('takes back what was not used', () => {
    const { clock, table, slots } = setUp();
    const { index } = table.open(MB);
    const before = slots.level(index, clock.ns);
    slots.reserve(index, before, clock.ns);
    slots.giveBack(index, before / 2);
    expect(slots.level(index, clock.ns)).toBe(before / 2);
  });

  it('has a burst of a fifth of a second, and of 50 ms at least', () => {
    const { clock, table, slots } = setUp();
    expect(slots.level(table.open(MB).index, clock.ns)).toBe(MB * DEFAULT_BURST_SECONDS);
    expect(slots.level(table.open(MB, 1).index, clock.ns)).toBe(MB / 20);
    expect(slots.level(table.open(1).index, clock.ns)).toBe(1);
  });

  it('that is unlimited always has as much as is wanted', () => {
    const { clock, table, slots } = setUp();
    const { index } = table.open(undefined);
    expect(slots.offer(index, clock.ns)).toBe(Number.POSITIVE_INFINITY);
    expect(slots.reserve(index, 1e12, clock.ns)).toBe(clock.ns);
    slots.giveBack(index, 1e12);
    table.set({ index }, MB);
    expect(slots.level(index, clock.ns)).toBe(MB * DEFAULT_BURST_SECONDS);
    table.set({ index }, undefined);
    expect(slots.level(index, clock.ns)).toBe(Number.POSITIVE_INFINITY);
  });

  it('keeps what is due or owed when it is changed, up to the new burst, and says that it was changed', () => {
    const { clock, table, slots } = setUp();
    const rate = table.open(MB, MB);
    const version = slots.version(rate.index);
    slots.reserve(rate.index, 1.2 * MB, clock.ns);
    table.set(rate, 10 * MB, 10 * MB);
    expect(slots.level(rate.index, clock.ns)).toBe(-0.2 * MB);
    table.set(rate, MB / 10, MB);
    expect(slots.level(rate.index, clock.ns)).toBe(-0.2 * MB);
    slots.giveBack(rate.index, 1.2 * MB);
    expect(slots.level(rate.index, clock.ns)).toBe(MB);
    table.set(rate, MB, 1000);
    expect(slots.level(rate.index, clock.ns)).toBe(MB / 20);
    expect(slots.version(rate.index)).toBe(version + 3);
  });

  it('never lets more through than its burst and its rate allow, whatever is drawn, used and given back', () => {
    const step = fc.record({
      wait: fc.integer({ min: 0, max: SECOND }),
      wanted: fc.integer({ min: 1, max: 2 * MB }),
      used: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    const rates = fc.integer({ min: 1000, max: 10 * MB });
    fc.assert(
      fc.property(rates, rates, fc.array(step, { maxLength: 60 }), (bytesPerSecond, burst, steps) => {
        const { clock, table, slots } = setUp();
        const { index } = table.open(bytesPerSecond, burst);
        const began = clock.ns;
        const bound = Math.max(burst, Math.ceil(bytesPerSecond / 20));
        let used = 0;
        for (const { wait, wanted, used: share } of steps) {
          clock.ns += wait;
          const drawn = Math.min(wanted, slots.offer(index, clock.ns));
          clock.ns = Math.max(clock.ns, Math.ceil(slots.reserve(index, drawn, clock.ns)));
          const moved = Math.floor(drawn * share);
          slots.giveBack(index, drawn - moved);
          used += moved;
          expect(used).toBeLessThanOrEqual(bound + (bytesPerSecond * (clock.ns - began)) / SECOND + 2);
        }
      }),
    );
  });

  it('is drawn from by many threads at once without losing or inventing a byte', async () => {
    const { table, slots } = setUp();
    const { index } = table.open(SECOND, SECOND); // a byte takes a nanosecond
    const [bundle] = buildSync({
      stdin: {
        contents: `
          import { workerData } from 'node:worker_threads';
          import { RateSlots } from './rate-slots.ts';
          const slots = new RateSlots(workerData.memory);
          for (let i = 0; i < 20000; i++) {
            slots.reserve(workerData.index, 3, 0);
            slots.giveBack(workerData.index, 1);
          }`,
        resolveDir: fileURLToPath(new URL('../../../src/policy', import.meta.url)),
      },
      bundle: true,
      write: false,
      platform: 'node',
      format: 'cjs',
    }).outputFiles;
    const workerData = { memory: table.memory, index };
    const threads = [1, 2, 3].map(() => new Worker(bundle?.text ?? '', { eval: true, workerData }));
    await Promise.all(threads.map((thread) => once(thread, 'exit')));
    expect(slots.level(index, 0)).toBe(SECOND - 3 * 20000 * 2);
  });
});

describe('a stock', () => {
  it('is drawn until nothing is left, whatever time it is, and takes back what was not used', () => {
    const { clock, table, slots } = setUp();
    const stock = table.openStock(1000);
    expect(slots.offer(stock.index, clock.ns)).toBe(1000);
    expect(slots.reserve(stock.index, 1000, clock.ns)).toBe(clock.ns);
    expect(slots.offer(stock.index, clock.ns + 3600 * SECOND)).toBe(0);
    expect(table.isUsedUp(stock)).toBe(true);
    slots.giveBack(stock.index, 10);
    expect(slots.offer(stock.index, clock.ns)).toBe(10);
    expect(table.isUsedUp(stock)).toBe(false);
  });

  it('can be set anew, and to as much as there is', () => {
    const { clock, table, slots } = setUp();
    const stock = table.openStock(0);
    table.setStock(stock, 77);
    expect(slots.offer(stock.index, clock.ns)).toBe(77);
    table.setStock(stock, Number.POSITIVE_INFINITY);
    expect(slots.offer(stock.index, clock.ns)).toBeGreaterThan(2 ** 50);
  });

  it('has a slot that may have been a rate, and may become one', () => {
    const { clock, table, slots } = setUp();
    const rate = table.open(MB, MB);
    slots.reserve(rate.index, MB, clock.ns);
    table.release(rate);
    const stock = table.openStock(5);
    expect(stock.index).toBe(rate.index);
    expect(slots.offer(stock.index, clock.ns)).toBe(5);
    table.release(stock);
    expect(slots.level(table.open(MB, MB).index, clock.ns)).toBe(MB);
  });
});

describe('the table of rates', () => {
  it('uses slots again, and grows as far as it may', () => {
    const { table } = setUp(3000);
    const rates = Array.from({ length: 3000 }, () => table.open(MB));
    expect(new Set(rates.map(({ index }) => index)).size).toBe(3000);
    expect(() => table.open(MB)).toThrow('3000 rates are open, and no more may be');
    for (const rate of rates) table.release(rate);
    for (const rate of rates) table.release(rate);
    expect(table.size).toBe(0);
    expect(rates.map(({ index }) => index)).toContain(table.open(MB).index);
    expect(table.memory.byteLength).toBe(3000 * 32);
  });

  it('gives a slot that is used again its whole burst', () => {
    const { clock, table, slots } = setUp();
    const rate = table.open(MB, MB);
    slots.reserve(rate.index, 10 * MB, clock.ns);
    table.release(rate);
    expect(slots.level(table.open(MB, MB).index, clock.ns)).toBe(MB);
  });

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])('refuses a rate or a burst of %d', (value) => {
    const { table } = setUp();
    expect(() => table.open(value)).toThrow(`expected a rate per second of 1 to`);
    expect(() => table.open(MB, value)).toThrow(`bytes, not ${value}`);
  });

  it('refuses to change a rate that is not open', () => {
    const { table } = setUp();
    const rate = table.open(MB);
    table.release(rate);
    expect(() => table.set(rate, MB)).toThrow(`there is no open rate ${rate.index}`);
  });
});
