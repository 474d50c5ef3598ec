// The days and months that quotas count by, in UTC.

import { expect, test } from 'vitest';
import { endOf, oldestKept, periodsAt } from '../../../src/policy/quota-periods.ts';

test.each([
  ['2026-11-23T00:00:00.000Z', '2026-11-23', '2026-11'],
  ['2026-11-30T23:59:59.999Z', '2026-11-30', '2026-11'],
  ['2026-12-31T23:00:00-02:00', '2027-01-01', '2027-01'],
])('%s is in the day %s and the month %s', (time, day, month) => {
  expect(periodsAt(Date.parse(time))).toEqual({ day, month });
});

test.each([
  ['day', '2026-11-23T12:00:00Z', '2026-11-24T00:00:00.000Z'],
  ['day', '2026-12-31T23:59:59Z', '2027-01-01T00:00:00.000Z'],
  ['day', '2028-02-28T00:00:00Z', '2028-02-29T00:00:00.000Z'],
  ['month', '2026-11-23T12:00:00Z', '2026-12-01T00:00:00.000Z'],
  ['month', '2026-12-01T00:00:00Z', '2027-01-01T00:00:00.000Z'],
] as const)('the %s around %s ends at %s', (per, time, end) => {
  expect(endOf(per, Date.parse(time)).toISOString()).toBe(end);
});

test.each([
  ['2026-11-23T12:00:00Z', '2026-11-21', '2026-10'],
  ['2027-01-01T00:00:00Z', '2026-12-30', '2026-12'],
  ['2026-03-31T00:00:00Z', '2026-03-29', '2026-02'],
])('at %s the days from %s and the months from %s are kept', (time, day, month) => {
  expect(oldestKept(Date.parse(time))).toEqual({ day, month });
});
