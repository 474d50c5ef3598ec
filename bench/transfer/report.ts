// bench/TRANSFER.md: who moved the file how fast, and in which proportion to whom.

import { describeMachine } from '../report/machine.ts';
import { fixed, renderTable, type Table } from '../report/table.ts';
import { median } from '../statistics.ts';
import type { Moved } from './contender.ts';

/** One contender in one round. */
export interface Sample extends Moved {
  /** CPU time of the XMPP server, in seconds. */
  readonly serverSeconds: number;
}

/** Title → samples, one a round. */
export type Samples = ReadonlyMap<string, readonly Sample[]>;

const MEBIBYTE = 1 << 20;

export interface TableOptions {
  readonly title: string;
  readonly note: string;
  /** Of the file, in bytes. */
  readonly size: number;
  /** Whose paces are compared with. */
  readonly others: readonly string[];
  /** Whether the bytes go through the server. */
  readonly isInBand: boolean;
}

/** Everybody's pace, what it is beside the paces of others, and what it costs. */
export function transferTable(samples: Samples, options: TableOptions): Table {
  const { title, note, size, others, isInBand } = options;
  const [unit, bytes] = isInBand ? (['MiB', MEBIBYTE] as const) : (['GiB', 1024 * MEBIBYTE] as const);
  const head = [
    ...['', 'MiB/s', ...others.map((other) => `× ${other}`), `CPU s/${unit}`],
    ...(isInBand ? ['Prosody: of a core'] : []),
  ];
  const rows = [...samples].map(([name, own]) => {
    const seconds = own.map((sample) => sample.seconds);
    return [
      name,
      fixed(size / MEBIBYTE / median(seconds), isInBand ? 1 : 0),
      ...others.map((other) => fixed(ratio(own, samples.get(other) ?? []), 2)),
      fixed((median(own.map(({ cpuSeconds }) => cpuSeconds)) / size) * bytes, 2),
      ...(isInBand ? [fixed(median(own.map((one) => one.serverSeconds / one.seconds)), 2)] : []),
    ];
  });
  return { title, note, head, rows };
}

/** How many times as fast one is as the other, in the same round. */
function ratio(own: readonly Sample[], other: readonly Sample[]): number {
  return median(own.map(({ seconds }, round) => (other[round]?.seconds ?? Number.NaN) / seconds));
}

export function transferReport(tables: readonly Table[], rounds: number): string {
  const head = [
    '# Files from end to end',
    '',
    'Written by `npm run bench -- transfer`: the same file through the clients, beside Prosody. Medians over',
    `${rounds} rounds that are interleaved; a ratio is taken within a round. CPU time is that of sender and receiver.`,
    '',
    ...describeMachine()
      .slice(0, 2)
      .map((line) => `- ${line}`),
    '- sender, receiver and proxy share these cores',
    '',
  ];
  return [...head, ...tables.map(renderTable)].join('\n');
}
