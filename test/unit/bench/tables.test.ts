// The benchmark's tables out of samples.

import { expect, it } from 'vitest';
import { manyStreamsTable, oneStreamTable } from '../../../bench/report/bulk-tables.ts';
import { roundTripTable } from '../../../bench/report/other-tables.ts';
import { drawStreams } from '../../../bench/report/streams-picture.ts';
import { renderTable } from '../../../bench/report/table.ts';

const sample = (megabytesASecond: number, cpuPerGigabyte: number) => ({
  megabytesASecond,
  cpuPerGigabyte,
  jain: 1,
  resident: 10 << 20,
  undelivered: 0,
});

const one = new Map([
  ['direct', [sample(1000, Number.NaN), sample(2000, Number.NaN), sample(4000, Number.NaN)]],
  ['streamhost, splice', [sample(500, 0.2), sample(1000, 0.3), sample(1000, 0.4)]],
]);

it('compares a round with the same round of the direct connection, and takes the median of that', () => {
  expect(oneStreamTable(one).rows).toEqual([
    ['direct', '2000', '1.00', '–'],
    ['streamhost, splice', '1000', '0.50', '0.30'],
  ]);
});

it('leaves the direct connection out of the table of many streams', () => {
  const { rows } = manyStreamsTable(new Map([[1, one]]));
  expect(rows).toEqual([['1', 'streamhost, splice', '1000', '0.30', '1.000', '10']]);
});

it('takes p50 and p99 a round and p99.9 over all rounds, in milliseconds', () => {
  const rounds = [1000, 2000, 9000].map((us) => ({ us: [us], undelivered: 0 }));
  const table = roundTripTable(new Map([[0, new Map([['direct', rounds]])]]));
  expect(table.rows).toEqual([['direct', '2.00', '2.00', '9.00']]);
});

it('writes a dash for whoever has failed in every round', () => {
  const text = renderTable(manyStreamsTable(new Map([[64, new Map([['ejabberd', []]])]])));
  expect(text).toContain('| 64 | ejabberd | – | – | – | – |');
});

it('draws a line for each contender, and none through values that are missing', () => {
  const picture = drawStreams(
    new Map([
      [1, one],
      [64, new Map([['streamhost, splice', []]])],
    ]),
  );
  expect(picture.match(/<polyline/g)).toHaveLength(2);
  expect(picture).not.toContain('NaN');
});
