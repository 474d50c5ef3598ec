// Sizes, rates, and limits that are switched off.

import { describe, expect, it } from 'vitest';
import {
  durationOrNone,
  limit,
  rateOrNone,
  readLimit,
  size,
  sizeOrNone,
} from '../../../src/config/amounts.ts';

describe('a size', () => {
  it.each([
    [4096, 4096],
    ['4096', 4096],
    ['1B', 1],
    ['64KiB', 65_536],
    ['64 KiB', 65_536],
    ['10kB', 10_000],
    ['10KB', 10_000],
    ['10MB', 10_000_000],
    ['1.5GB', 1_500_000_000],
    ['1.5GiB', 1_610_612_736],
    ['2TB', 2_000_000_000_000],
    ['1024TiB', 2 ** 50],
  ])('may be written as %j', (text, bytes) => {
    expect(size.parse(text)).toBe(bytes);
  });

  it.each([0, -1, 1.5, '', 'none', '10Mb', '10Mbit', '10 mb', '1e9', '-1MB', '1025TiB', '0.1B', true, null])(
    'may not be %j',
    (text) => {
      expect(size.safeParse(text).success).toBe(false);
    },
  );
});

describe('none', () => {
  it('is no limit, for every kind that may have none', () => {
    for (const kind of [sizeOrNone, rateOrNone, durationOrNone]) {
      expect(kind.parse('none')).toBe(Number.POSITIVE_INFINITY);
    }
    expect(readLimit(limit(1).parse('none'))).toBe(Number.POSITIVE_INFINITY);
    expect(readLimit(limit(1).parse(7))).toBe(7);
  });

  it('is not 0, nor anything else', () => {
    expect(limit(1).safeParse(0).success).toBe(false);
    expect(sizeOrNone.safeParse(0).success).toBe(false);
    expect(durationOrNone.safeParse('never').success).toBe(false);
    expect(durationOrNone.parse('30m')).toBe(1_800_000);
  });
});

describe('a rate', () => {
  it('is a size, with or without the second', () => {
    expect(rateOrNone.parse('10MB')).toBe(10_000_000);
    expect(rateOrNone.parse('10MB/s')).toBe(10_000_000);
    expect(rateOrNone.safeParse('10MB/h').success).toBe(false);
    expect(size.safeParse('10MB/s').success).toBe(false);
  });
});
