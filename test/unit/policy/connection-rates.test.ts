// New connections a second from one source: a bucket each, and no more memory than is meant.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConnectionRates } from '../../../src/policy/connection-rates.ts';

const ANNA = '192.0.2.1';
const BEN = '192.0.2.2';

/** How many of so many connections at one moment are let in. */
function letIn(rates: ConnectionRates, source: string, attempts: number, now: number): number {
  return Array.from({ length: attempts }, () => rates.take(source, now)).filter(Boolean).length;
}

describe('connections of one source', () => {
  it('may come four seconds’ worth at once, then as fast as the limit says [S5B-P-85]', () => {
    const rates = new ConnectionRates(50);
    expect(letIn(rates, ANNA, 300, 0)).toBe(200);
    expect(letIn(rates, ANNA, 300, 1000)).toBe(50);
    expect(letIn(rates, ANNA, 300, 1020)).toBe(1);
    expect(letIn(rates, ANNA, 300, 60_000)).toBe(200);
  });

  it('take nothing from another source [S5B-P-85]', () => {
    const rates = new ConnectionRates(1);
    expect(letIn(rates, ANNA, 100, 0)).toBe(4);
    expect(letIn(rates, BEN, 100, 0)).toBe(4);
  });

  it('never come faster than the limit over any stretch of time', () => {
    const gaps = fc.array(fc.nat(500), { maxLength: 300 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100 }), gaps, (perSecond, waits) => {
        const rates = new ConnectionRates(perSecond);
        let now = 0;
        const times = waits.flatMap((wait) => {
          now += wait;
          return rates.take(ANNA, now) ? [now] : [];
        });
        for (const [index, begin] of times.entries()) {
          const since = times.slice(index);
          const last = since.at(-1) ?? begin;
          expect(since.length).toBeLessThanOrEqual(((last - begin) / 1000 + 4) * perSecond + 1);
        }
      }),
    );
  });

  it('are free without a limit, and nobody is remembered', () => {
    const rates = new ConnectionRates(Number.POSITIVE_INFINITY);
    expect(letIn(rates, ANNA, 10_000, 0)).toBe(10_000);
    expect(rates.size).toBe(0);
  });

  it('have another limit from the moment it is changed', () => {
    const rates = new ConnectionRates(1);
    letIn(rates, ANNA, 4, 0);
    rates.change(100);
    expect(letIn(rates, ANNA, 1000, 4000)).toBe(400);
    rates.change(Number.POSITIVE_INFINITY);
    expect(letIn(rates, ANNA, 1000, 4000)).toBe(1000);
  });
});

describe('the memory', () => {
  it('is bounded, whoever comes', () => {
    const rates = new ConnectionRates(1, 1000);
    for (let source = 0; source < 50_000; source++) expect(rates.take(`source ${source}`, 0)).toBe(true);
    expect(rates.size).toBeLessThanOrEqual(1000);
  });

  it('of a flood is given back by those who come later', () => {
    const rates = new ConnectionRates(1);
    for (let source = 0; source < 1000; source++) rates.take(`source ${source}`, 0);
    for (let second = 10; second < 1010; second++) rates.take(ANNA, second * 1000);
    expect(rates.size).toBe(1);
  });

  it('keeps who is active when it is full', () => {
    const rates = new ConnectionRates(1, 100);
    for (let source = 0; source < 10_000; source++) {
      rates.take(`source ${source}`, 0);
      if (source % 50 === 0) rates.take(ANNA, 0);
    }
    expect(rates.take(ANNA, 0)).toBe(false);
  });
});
