// The report of a run: printed, and written to RESULTS.md and streams.svg.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Options } from '../options.ts';
import type { Results } from '../run.ts';
import type { Bench } from '../stage.ts';
import { manyStreamsTable, oneStreamTable } from './bulk-tables.ts';
import { describeMachine } from './machine.ts';
import {
  idleTable,
  memoryTable,
  roundTripTable,
  setUpTable,
  stallTable,
  startTable,
} from './other-tables.ts';
import { shapingTable } from './shaping-table.ts';
import { drawStreams } from './streams-picture.ts';
import { renderTable, type Table } from './table.ts';

export interface Run {
  readonly bench: Bench;
  readonly options: Options;
  readonly seconds: number;
}

export async function report(results: Results, run: Run): Promise<void> {
  const text = renderReport(results, run);
  process.stdout.write(text);
  const { out } = run.options;
  if (out === undefined) return;
  await writeFile(join(out, 'RESULTS.md'), text);
  const { bulk } = results;
  if (bulk !== undefined && bulk.size > 1) await writeFile(join(out, 'streams.svg'), drawStreams(bulk));
  run.bench.journal.say(`written to ${out}`);
}

const PICTURE = '![Throughput and relay CPU time over the number of streams](streams.svg)\n';

function renderReport(results: Results, run: Run): string {
  const tables = tablesOf(results, run).map(renderTable);
  const picture = run.options.out !== undefined && (results.bulk?.size ?? 0) > 1 ? [PICTURE] : [];
  return [...header(run), ...picture, ...tables, ...footer(run)].join('\n');
}

function tablesOf(results: Results, { bench, options: { only } }: Run): Table[] {
  const { bulk, roundTrips, setUps, open, stall, start, shaping } = results;
  const one = bulk?.get(1);
  const tables = [
    only.has(1) && one && oneStreamTable(one),
    only.has(2) && bulk && manyStreamsTable(bulk),
    roundTrips && roundTripTable(roundTrips),
    setUps && setUpTable(setUps),
    only.has(4) && open && memoryTable(open),
    stall && stallTable(stall),
    start && startTable(start),
    only.has(6) && open && idleTable(open),
    shaping && shapingTable(shaping, bench.plan.shapedMs / 1000),
  ];
  return tables.filter((table) => typeof table === 'object');
}

function header({ bench, seconds }: Run): string[] {
  const { rounds } = bench.plan;
  const args = process.argv.slice(2).join(' ');
  return [
    '# Results of the benchmark',
    '',
    `Written by \`npm run bench${args && ` -- ${args}`}\` on ${new Date().toISOString().slice(0, 10)} in ${seconds.toFixed(0)} s.`,
    `Medians of ${rounds} round${rounds === 1 ? '' : 's'}; in each round everyone is measured once, in turn.`,
    '',
    ...describeMachine().map((line) => `- ${line}`),
    ...[...bench.journal.versions].map(([title, version]) => `- ${title}: ${version}`),
    '',
  ];
}

function footer({ bench }: Run): string[] {
  const { leftOut, mishaps, undelivered } = bench.journal;
  const lines = [
    ...[...leftOut].map(([title, reason]) => `- ${title} was left out: ${reason}`),
    ...[...undelivered].map(
      ([what, bytes]) =>
        `- ${what}: two seconds after the sender had stopped, up to ${(bytes / 1e6).toFixed(0)} MB were still ` +
        'under way; what counts is what had arrived by then',
    ),
    ...mishaps.map((line) => `- failed: ${line}`),
  ];
  return lines.length === 0 ? [] : ['## Left out, late and failed', '', ...lines, ''];
}
