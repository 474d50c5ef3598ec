// `npm run reliability [-- --minutes N]`: the fault tests, the soak test and the fuzzer, each of the latter for so many
// minutes, and docs/RELIABILITY.md with the figures of that run. Ends with 1 when anything failed; then nothing is written.
// With `--from FILE` it writes down what runs have left in a file: each of them adds its figures to FAULT_FIGURES=FILE.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, release, tmpdir, type } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const DOCUMENT = fileURLToPath(new URL('../docs/RELIABILITY.md', import.meta.url));
const MARK = '<!-- figures -->';

const options = { minutes: { type: 'string', default: '3' }, from: { type: 'string' } } as const;
const { values } = parseArgs({ options });
const folder = mkdtempSync(join(tmpdir(), 'streamhost-reliability-'));
const figures = values.from ?? join(folder, 'figures');

try {
  if (values.from === undefined) runAll(values.minutes);
  write();
} finally {
  rmSync(folder, { recursive: true });
}

function runAll(minutes: string): void {
  run('npx', 'vitest', 'run', '--project', 'faults');
  run('npm', 'run', 'soak', '--', '--minutes', minutes);
  run('npm', 'run', 'fuzz', '--', '--minutes', minutes);
}

function run(command: string, ...args: string[]): void {
  const env = { ...process.env, FAULT_FIGURES: figures };
  const { status } = spawnSync(command, args, { stdio: 'inherit', env });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}`);
}

/** What stands above the mark is written by hand and stays. */
function write(): void {
  const [byHand = ''] = readFileSync(DOCUMENT, 'utf8').split(MARK);
  const rows = readFileSync(figures, 'utf8')
    .trim()
    .split('\n')
    .map((line): { fault: string; figures: string } => JSON.parse(line))
    .map(({ fault, figures: told }) => `| ${fault} | ${told} |`);
  const machine = `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown'}, ${type()} ${release()}, Node.js ${process.version}`;
  const date = new Date().toISOString().slice(0, 10);
  const lines = [
    MARK,
    '',
    `Measured on ${date} by the tests, the soak and the fuzzer of this repository: ${machine}.`,
    '',
    '| What was done | What came of it |',
    '| --- | --- |',
    ...rows,
    '',
  ];
  writeFileSync(DOCUMENT, byHand + lines.join('\n'));
}
