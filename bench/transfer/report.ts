// bench/TRANSFER.md: who moved the file how fast, and in which proportion to whom.

import { describeMachine } from '../report/machine.ts';
import { fixed, renderTable, type Table } from '../report/table.ts';
import { median } from '../statistics.ts';

/** Title → seconds, one a round. */
export type Seconds = ReadonlyMap<string, readonly number[]>;

const MEBIBYTE = 1 << 20;

/** A table of everybody's pace, and of the paces of `others` as parts of it. */
export function transferTable(
  title: string,
  note: string,
  size: number,
  seconds: Seconds,
  others: readonly string[],
): Table {
  const head = ['', 'MiB/s', ...others.map((other) => `× ${other}`)];
  const rows = [...seconds].map(([name, own]) => [
    name,
    fixed(size / MEBIBYTE / median(own), size > 100 * MEBIBYTE ? 0 : 1),
    ...others.map((other) => fixed(ratio(own, seconds.get(other) ?? []), 2)),
  ]);
  return { title, note, head, rows };
}

/** How many times as fast one is as the other, in the same round. */
function ratio(own: readonly number[], other: readonly number[]): number {
  return median(own.map((seconds, round) => (other[round] ?? Number.NaN) / seconds));
}

export function transferReport(tables: readonly Table[], rounds: number): string {
  const head = [
    '# Files from end to end',
    '',
    'Written by `npm run bench -- transfer`: the same file through the clients, beside Prosody. Medians over',
    `${rounds} rounds that are interleaved; a ratio is taken within a round.`,
    '',
    ...describeMachine()
      .slice(0, 2)
      .map((line) => `- ${line}`),
    '- sender, receiver and proxy share these cores',
    '',
  ];
  return [...head, ...tables.map(renderTable)].join('\n');
}
