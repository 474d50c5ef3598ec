// Table 3: one byte to and fro, alone and beside bulk streams through the same relay.

import type { Running } from '../contenders/contender.ts';
import type { PingResult } from '../load.ts';
import { type Samples, withLoads } from '../rounds.ts';
import type { Bench } from '../stage.ts';

/** Bulk streams beside it → contender → samples. */
export type RoundTripSamples = ReadonlyMap<number, Samples<PingResult>>;

export async function measureRoundTrips(
  bench: Bench,
  running: readonly Running[],
): Promise<RoundTripSamples> {
  const { beside, pingMs } = bench.plan;
  const all = new Map<number, Samples<PingResult>>();
  for (const streams of beside) {
    bench.journal.say(`round trips beside ${streams} bulk streams`);
    all.set(streams, await withLoads(bench, running, 1 + streams, (load) => load.ping(pingMs, streams)));
  }
  return all;
}
