// Table 5: how much goes into a stream whose reader has stopped, and what that costs the relay.

import type { Running } from '../contenders/contender.ts';
import { Load } from '../load.ts';
import { MemoryPeak, residentBytes } from '../process-usage.ts';
import { inRounds, type Samples } from '../rounds.ts';
import type { Bench } from '../stage.ts';

/** Before the reader stops, so that the kernel has grown its buffers as it does for a stream that runs. */
const WARM_UP_MS = 500;

/** Whoever takes as much has no bound that matters. */
const MOST_BYTES = 1 << 30;

export interface StallSample {
  /** Taken from the sender, those in the kernel's buffers included. */
  readonly bytes: number;
  /** By which the relay's resident memory grew; NaN when there is no relay. */
  readonly grown: number;
}

export async function measureStall(bench: Bench, running: readonly Running[]): Promise<Samples<StallSample>> {
  bench.journal.say('a reader that has stopped');
  return inRounds(bench, running, async (contender) => {
    const load = await Load.open(bench.tools.load, contender, 1);
    const { pid } = contender;
    const before = pid === undefined ? Number.NaN : residentBytes(pid);
    const memory = pid === undefined ? undefined : new MemoryPeak(pid);
    try {
      await load.bulk(WARM_UP_MS, 1);
      const { bytes } = await load.stall(bench.plan.stallMs, MOST_BYTES);
      return { bytes, grown: (memory?.stop() ?? Number.NaN) - before };
    } finally {
      memory?.stop();
      await load.stop();
    }
  });
}
