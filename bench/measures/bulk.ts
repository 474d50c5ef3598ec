// Tables 1 and 2: throughput, the relay's CPU time, fairness and memory of 1 to 1000 streams that all send at once.

import type { Running } from '../contenders/contender.ts';
import type { Load } from '../load.ts';
import { cpuSeconds, MemoryPeak } from '../process-usage.ts';
import { type Samples, withLoads } from '../rounds.ts';
import type { Bench } from '../stage.ts';

const GIGABYTE = 1e9;
const MEGABYTE = 1e6;

export interface BulkSample {
  readonly megabytesASecond: number;
  readonly jain: number;
  readonly undelivered: number;
  /** CPU seconds of the relay a gigabyte, and its resident bytes at the most; NaN when there is no relay. */
  readonly cpuPerGigabyte: number;
  readonly resident: number;
}

/** Streams at once → contender → samples. */
export type BulkSamples = ReadonlyMap<number, Samples<BulkSample>>;

export async function measureBulk(
  bench: Bench,
  running: readonly Running[],
  counts: readonly number[],
): Promise<BulkSamples> {
  const all = new Map<number, Samples<BulkSample>>();
  for (const streams of counts) {
    bench.journal.say(`bulk, ${streams} at once`);
    const ms = bench.plan.bulkMs(streams);
    const relays = streams === 1 ? running : running.filter(({ pid }) => pid !== undefined);
    all.set(
      streams,
      await withLoads(bench, relays, streams, (load, { pid }) => sampleBulk(load, pid, ms, streams)),
    );
  }
  return all;
}

async function sampleBulk(
  load: Load,
  pid: number | undefined,
  ms: number,
  streams: number,
): Promise<BulkSample> {
  const memory = pid === undefined ? undefined : new MemoryPeak(pid);
  try {
    const before = pid === undefined ? Number.NaN : cpuSeconds(pid);
    const result = await load.bulk(ms, streams);
    const after = pid === undefined ? Number.NaN : cpuSeconds(pid);
    return {
      megabytesASecond: result.bytes / MEGABYTE / (result.ms / 1000),
      jain: result.jain,
      undelivered: result.undelivered,
      cpuPerGigabyte: (after - before) / (result.bytes / GIGABYTE),
      resident: memory?.stop() ?? Number.NaN,
    };
  } finally {
    memory?.stop();
  }
}
