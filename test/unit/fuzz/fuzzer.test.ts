// The fuzzer itself: it finds what is hidden, and finds it again with the same seed.

import { expect, it } from 'vitest';
import { Fuzzer } from '../../fuzz/fuzzer.ts';
import { promise, type Target } from '../../fuzz/target.ts';

/** Breaks on three bytes in a row, each of which is a way of its own. */
const hidden: Target = {
  name: 'hidden',
  seeds: [Buffer.from('....')],
  words: ['B'],
  maxBytes: 64,
  run(input) {
    const text = input.toString('latin1');
    promise(!text.includes('BBB'), 'three of them');
    return String(/B+/.exec(text)?.[0].length ?? 0);
  },
};

it('finds a fault that several steps lead to, by keeping inputs that went a new way', async () => {
  const failure = await new Fuzzer(hidden, [], 7).fuzz(100_000);
  expect(failure?.error.message).toBe('three of them');
  expect(failure?.input.toString('latin1')).toContain('BBB');
});

it('finds the same input with the same seed', async () => {
  const [one, two] = [new Fuzzer(hidden, [], 11), new Fuzzer(hidden, [], 11)];
  expect((await one.fuzz(100_000))?.input).toEqual((await two.fuzz(100_000))?.input);
  expect(one.cases).toBe(two.cases);
});

it('takes a throw that is no finding of the target for a failure, too', async () => {
  const broken: Target = {
    ...hidden,
    run: () => Promise.reject(new TypeError('undefined is not a function')),
  };
  expect((await new Fuzzer(broken, [], 1).replay())?.error).toBeInstanceOf(TypeError);
});
