// The benchmark's command line: what is measured, and when the committed results are overwritten.

import { expect, it } from 'vitest';
import { parseOptions } from '../../../bench/options.ts';

const parse = (...args: string[]) => parseOptions(args, '/results');

it('measures everything with every engine, and writes, when nothing else is said', () => {
  const options = parse();
  expect([...options.only]).toEqual([1, 2, 3, 4, 5, 6, 7]);
  expect(options.engines).toEqual(['splice', 'stream']);
  expect(options.out).toBe('/results');
});

it('does not overwrite the results of a whole run by those of a part of it', () => {
  expect(parse('--quick').out).toBeUndefined();
  expect(parse('--only', '1,3').out).toBeUndefined();
  expect(parse('--engines', 'stream').out).toBeUndefined();
  expect(parse('--quick', '--out', '/elsewhere').out).toBe('/elsewhere');
});

it('names what it does not know and what it expected', () => {
  expect(() => parse('--only', '1,8')).toThrow('--only: expected some of 1,2,3,4,5,6,7, not "8"');
  expect(() => parse('--engines', 'magic')).toThrow('--engines: expected some of splice,stream, not "magic"');
  expect(() => parse('--fast')).toThrow('--fast');
});
