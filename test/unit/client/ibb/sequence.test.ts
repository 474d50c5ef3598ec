// Which block comes next, which was there already, and which comes too early.

import { expect, it } from 'vitest';
import { placeOf } from '../../../../src/client/ibb/sequence.ts';

it.each([
  [0, 0, 'next'],
  [1, 0, 'gap'],
  [65_535, 0, 'gap'],
  [0, 1, 'used'],
  [1, 1, 'next'],
  [65_535, 65_535, 'next'],
  [0, 65_536, 'next'],
  [65_535, 65_536, 'used'],
  [1, 65_536, 'gap'],
  [32_768, 65_536, 'used'],
  [32_767, 65_536, 'gap'],
  [5, 131_077, 'next'],
  [4, 131_077, 'used'],
  [6, 131_077, 'gap'],
] as const)('block %i after %i blocks is: %s [IBB-08] [IBB-12] [IBB-13] [IBB-14]', (seq, received, place) => {
  expect(placeOf(seq, received)).toBe(place);
});
