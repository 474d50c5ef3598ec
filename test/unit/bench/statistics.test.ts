// The numbers that the benchmark's tables are made of.

import { expect, it } from 'vitest';
import { median, percentile } from '../../../bench/statistics.ts';

it('takes the middle value as median, or the mean of the two in the middle', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 3, 2])).toBe(2.5);
});

it('has no median and no percentile of nothing', () => {
  expect(median([])).toBeNaN();
  expect(percentile([], 0.5)).toBeNaN();
});

it('takes as percentile the smallest value that so many do not exceed', () => {
  const values = Array.from({ length: 1000 }, (_, index) => 1000 - index);
  expect(percentile(values, 0.5)).toBe(500);
  expect(percentile(values, 0.99)).toBe(990);
  expect(percentile(values, 0.999)).toBe(999);
  expect(percentile([7], 0.5)).toBe(7);
});
