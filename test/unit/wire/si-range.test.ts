// The part of a file that a range means.

import { describe, expect, it } from 'vitest';
import { resolveRange } from '../../../src/wire/si-range.ts';

describe('a range of a file of 1000 bytes', () => {
  it.each([
    [{}, { offset: 0, length: 1000 }],
    [{ offset: 128 }, { offset: 128, length: 872 }],
    [{ length: 256 }, { offset: 0, length: 256 }],
    [
      { offset: 128, length: 256 },
      { offset: 128, length: 256 },
    ],
    [{ offset: 1000 }, { offset: 1000, length: 0 }],
    [{ offset: 1001 }, undefined],
    [{ offset: 1000, length: 1 }, undefined],
    [{ offset: Number.POSITIVE_INFINITY }, undefined],
  ])('%j means %j [SI-I-13] [SI-I-14]', (range, part) => {
    expect(resolveRange(range, 1000)).toEqual(part);
  });
});
