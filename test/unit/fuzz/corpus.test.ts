// The corpus, and a short run with a fixed seed, in every test run; `npm run fuzz -- --minutes N` goes on from there.

import { describe, expect, it } from 'vitest';
import { readCorpus } from '../../fuzz/corpus.ts';
import { type Failure, Fuzzer } from '../../fuzz/fuzzer.ts';
import { targets } from '../../fuzz/targets/index.ts';

const CASES = 2000;

describe.each(targets)('the fuzz target $name', (target) => {
  it('keeps its promises on every input of the corpus', async () => {
    const fuzzer = new Fuzzer(target, readCorpus(target.name), 1);
    expect(told(await fuzzer.replay())).toBe('');
    expect(fuzzer.cases).toBeGreaterThanOrEqual(target.seeds.length);
  });

  it(`keeps its promises on ${CASES} mutated inputs`, async () => {
    const fuzzer = new Fuzzer(target, readCorpus(target.name), 1);
    await fuzzer.replay();
    expect(told(await fuzzer.fuzz(CASES))).toBe('');
    expect(fuzzer.ways).toBeGreaterThan(target.seeds.length / 2);
  });
});

/** The failure with its input as it can be read. */
function told(failure: Failure | undefined): string {
  return failure ? `${failure.error.stack}\n${JSON.stringify(failure.input.toString('latin1'))}` : '';
}
