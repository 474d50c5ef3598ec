// `npm run fuzz -- --minutes N [--seed N] [--keep N]`: parsers, handlers and configuration against mutated input. Ends with 1 at
// the first crash, hang or broken promise, and keeps that input in test/fuzz/corpus, where every test run meets it again.
// With --keep it adds so many inputs of each target that went a way of their own.

import { parseArgs } from 'node:util';
import { record } from '../support/figures.ts';
import { FOLDER, keepInput, readCorpus } from './corpus.ts';
import { type Failure, Fuzzer } from './fuzzer.ts';
import { InHand } from './in-hand.ts';
import { targets } from './targets/index.ts';

/** Milliseconds. */
const TURN_MS = 1000;
const HANG_MS = 30_000;
const BATCH = 100;
/** How much the heap may grow after the first round, in bytes: the inputs that are kept are bounded. */
const GROWTH_BYTES = 64 * 1024 * 1024;

const { minutes, seed, keep } = readOptions();
const until = Date.now() + minutes * 60_000;
const inHand = new InHand(Math.max(...targets.map(({ maxBytes }) => maxBytes)));
const fuzzers = targets.map(
  (target) => new Fuzzer(target, readCorpus(target.name), seed, (input) => inHand.take(input)),
);

console.log(`fuzzing ${targets.map(({ name }) => name).join(', ')} for ${minutes} min with --seed ${seed}`);
inHand.watch(FOLDER, HANG_MS);
for (const fuzzer of fuzzers) endAt(await fuzzer.replay());

let firstHeap = 0;
do {
  for (const fuzzer of fuzzers) {
    for (const turnEnds = Date.now() + TURN_MS; Date.now() < turnEnds; ) endAt(await fuzzer.fuzz(BATCH));
  }
  firstHeap ||= heap();
  const growth = heap() - firstHeap;
  if (growth > GROWTH_BYTES) end(`the heap grew by ${growth} bytes with --seed ${seed}`);
} while (Date.now() < until);

for (const { target, found } of fuzzers) {
  for (const input of spread(found, keep)) keepInput(target.name, input);
}
for (const { target, cases, ways } of fuzzers) {
  record(`fuzzing: ${target.name}`, `${cases} cases by ${ways} ways: no crash, no hang, no broken promise`);
}
const total = fuzzers.reduce((sum, { cases }) => sum + cases, 0);
console.log(
  `${total} cases: no crash, no hang; heap ${megabytes(firstHeap)} MB at first, ${megabytes(heap())} MB at last`,
);
process.exit(0);

function endAt(failure: Failure | undefined): void {
  if (failure === undefined) return;
  const path = keepInput(failure.target, failure.input);
  end(`${failure.target} fails with --seed ${seed}:\n${failure.error.stack}\nThe input is kept as ${path}`);
}

function end(message: string): never {
  console.error(message);
  process.exit(1);
}

/** Bytes in use after a collection: `npm run fuzz` gives --expose-gc. */
function heap(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}

/** So many of them, from the first to the last. */
function spread(inputs: readonly Buffer[], count: number): readonly Buffer[] {
  const step = Math.max(1, Math.floor(inputs.length / Math.max(1, count)));
  return inputs.filter((_, index) => index % step === 0).slice(0, count);
}

function readOptions(): { minutes: number; seed: number; keep: number } {
  const options = {
    minutes: { type: 'string', default: '1' },
    seed: { type: 'string' },
    keep: { type: 'string', default: '0' },
  } as const;
  const { values } = parseArgs({ options });
  return {
    minutes: numberOf('minutes', values.minutes),
    seed: numberOf('seed', values.seed ?? String(Date.now() % 1_000_000)),
    keep: numberOf('keep', values.keep),
  };
}

function numberOf(name: string, text: string): number {
  const number = Number(text);
  if (text !== '' && Number.isFinite(number) && number >= 0) return number;
  console.error(`--${name} ${text}: expected a number, 0 or more`);
  process.exit(2);
}
