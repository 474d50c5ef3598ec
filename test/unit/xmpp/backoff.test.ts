// The pauses between attempts to join.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Backoff } from '../../../src/xmpp/backoff.ts';

describe('the back-off', () => {
  it('takes a random part of a ceiling that doubles up to the limit [COMP-19]', () => {
    const backoff = new Backoff({ first: 5_000, max: 60_000 }, () => 0.5);
    expect(Array.from({ length: 6 }, () => backoff.next())).toEqual([
      2_500, 5_000, 10_000, 20_000, 30_000, 30_000,
    ]);
  });

  it('may begin at once: the first pause is random, too [COMP-19]', () => {
    expect(new Backoff({ first: 5_000, max: 60_000 }, () => 0).next()).toBe(0);
  });

  it('begins anew after a reset', () => {
    const backoff = new Backoff({ first: 1_000, max: 60_000 }, () => 0.5);
    backoff.next();
    backoff.next();
    backoff.reset();
    expect(backoff.next()).toBe(500);
  });

  it('never exceeds the limit, whatever the settings [COMP-19]', () => {
    const ms = fc.integer({ min: 1, max: 2 ** 31 - 1 });
    const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(ms, ms, random, (first, max, share) => {
        const backoff = new Backoff({ first, max }, () => share);
        for (let i = 0; i < 50; i++) {
          const delay = backoff.next();
          expect(delay).toBeGreaterThanOrEqual(0);
          expect(delay).toBeLessThan(max);
          expect(Number.isInteger(delay)).toBe(true);
        }
      }),
    );
  });
});
