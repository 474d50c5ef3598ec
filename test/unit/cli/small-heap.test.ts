// What the daemon asks of V8 holds for the process, so each test has one of its own.

import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';

const MODULE = new URL('../../../src/cli/small-heap.ts', import.meta.url).href;

/**
 * Allocates what stays, and prints how large the young generation was meanwhile: the median, since Node.js 24 counts the
 * pages that a collection has just emptied until it has swept them (twice to eight times as much, for a moment).
 */
const FILL = `
  const kept = [];
  const sizes = [];
  for (let i = 1; i <= 1_000_000; i++) {
    kept.push({ one: [i] });
    if (i % 20_000 === 0) sizes.push(getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space').space_size);
  }
  sizes.sort((a, b) => a - b);
  console.log(sizes[sizes.length / 2]);
  process.exit();
`;

describe('keepHeapSmall', () => {
  it('keeps the young generation at its first size', () => {
    expect(youngBytes(`keepHeapSmall(); ${FILL}`)).toBeLessThan(youngBytes(FILL) / 4);
  });

  it('keeps it there when a thread has been started, whose own heap undoes the setting', () => {
    const withThread = `
      keepHeapSmall();
      const worker = new Worker('setInterval(() => {}, 1000)', { eval: true });
      worker.once('online', () => setImmediate(() => { ${FILL} }));
    `;
    expect(youngBytes(withThread)).toBeLessThan(youngBytes(FILL) / 4);
  });
});

function youngBytes(script: string): number {
  const imports = `
    import { getHeapSpaceStatistics } from 'node:v8';
    import { Worker } from 'node:worker_threads';
    import { keepHeapSmall } from '${MODULE}';
  `;
  const args = ['--import', 'tsx', '--input-type=module', '--eval', imports + script];
  return Number(execFileSync(process.execPath, args, { encoding: 'utf8' }));
}
