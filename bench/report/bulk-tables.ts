// Tables 1 and 2 out of their samples.

import { direct } from '../contenders/direct.ts';
import type { BulkSample, BulkSamples } from '../measures/bulk.ts';
import type { Samples } from '../rounds.ts';
import { median } from '../statistics.ts';
import { fixed, type Table } from './table.ts';

const MEBIBYTE = 1 << 20;

/** The median over the rounds. */
export function medianOf(samples: readonly BulkSample[], pick: (sample: BulkSample) => number): number {
  return median(samples.map(pick));
}

export function oneStreamTable(samples: Samples<BulkSample>): Table {
  const baseline = samples.get(direct.title) ?? [];
  const rows = [...samples].map(([title, own]) => {
    const ratios = own.map((sample, round) => {
      return sample.megabytesASecond / (baseline[round]?.megabytesASecond ?? Number.NaN);
    });
    return [
      title,
      fixed(
        medianOf(own, (it) => it.megabytesASecond),
        0,
      ),
      fixed(median(ratios), 2),
      fixed(
        medianOf(own, (it) => it.cpuPerGigabyte),
        2,
      ),
    ];
  });
  return {
    title: '1. One stream',
    note:
      'Proxied ÷ direct is the ratio of two neighbouring samples of the same round. ' +
      'CPU is user and system time of the relaying process, all threads, for each gigabyte (10⁹ bytes) relayed.',
    head: ['', 'MB/s', 'proxied ÷ direct', 'relay CPU s/GB'],
    rows,
  };
}

export function manyStreamsTable(samples: BulkSamples): Table {
  const rows = [...samples].flatMap(([streams, byTitle]) =>
    [...byTitle]
      .filter(([title]) => title !== direct.title)
      .map(([title, own]) => [
        String(streams),
        title,
        fixed(
          medianOf(own, (it) => it.megabytesASecond),
          0,
        ),
        fixed(
          medianOf(own, (it) => it.cpuPerGigabyte),
          2,
        ),
        fixed(
          medianOf(own, (it) => it.jain),
          3,
        ),
        fixed(
          medianOf(own, (it) => it.resident / MEBIBYTE),
          0,
        ),
      ]),
  );
  return {
    title: '2. Many streams at once',
    note:
      "Jain's index (1: all alike) is taken at half time, over the bytes that each receiver has got by then. " +
      'Resident memory is the highest of samples every 50 ms; the same process did the smaller numbers before.',
    head: ['streams', '', 'MB/s', 'relay CPU s/GB', 'Jain', 'resident MiB'],
    rows,
  };
}
