// Table 7 out of its samples.

import type { ShapingSample } from '../measures/shaping.ts';
import { fixed, type Table } from './table.ts';

export function shapingTable(samples: readonly ShapingSample[], seconds: number): Table {
  return {
    title: '7. Shaping',
    note:
      `A rate for the requester, shared by its streams, which send for ${fixed(seconds, 0)} s as fast as they can; what ` +
      'arrives, the burst at the beginning included, as a share of what is configured. Wake-ups are those of all ' +
      'threads of the daemon, for each stream and second. One reading.',
    head: ['', 'MB/s', 'streams', 'measured ÷ configured', 'Jain', 'wake-ups', 'CPU %'],
    rows: samples.map(({ title, megabytesASecond, streams, measured, jain, wakeUps, cpu }) => [
      title,
      String(megabytesASecond),
      String(streams),
      fixed(measured / megabytesASecond, 3),
      fixed(jain, 3),
      fixed(wakeUps / streams, 0),
      fixed(cpu * 100, 1),
    ]),
  };
}
