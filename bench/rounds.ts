// Rounds: every contender takes one sample, then every contender the next one, so that what disturbs the machine
// disturbs them alike.

import type { Running } from './contenders/contender.ts';
import { Load } from './load.ts';
import type { Bench } from './stage.ts';

/** Contender → its samples, one a round. Whoever fails has those before its failure. */
export type Samples<T> = ReadonlyMap<string, readonly T[]>;

/** Between two samples, so that what one has left to do does not fall into the other. */
const PAUSE_MS = 100;

/** Bytes a stream that a relay may hold back until more comes or the sender ends: Prosody does. */
const HELD_BACK = 16_384;

/** After streams with undelivered bytes were reset, so that their relay can let go of them. */
const RECOVER_MS = 1000;

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Runs rounds of a sample that each contender takes by itself. */
export async function inRounds<C extends { readonly title: string }, T>(
  { plan, journal, signal }: Bench,
  contenders: readonly C[],
  sample: (contender: C, round: number) => Promise<T>,
): Promise<Samples<T>> {
  const samples = new Map<string, T[]>(contenders.map(({ title }) => [title, []]));
  const failed = new Set<C>();
  for (let round = 0; round < plan.rounds; round += 1) {
    for (const contender of contenders) {
      signal.throwIfAborted();
      if (failed.has(contender)) continue;
      try {
        samples.get(contender.title)?.push(await sample(contender, round));
      } catch (error) {
        signal.throwIfAborted();
        failed.add(contender);
        journal.mishap(contender.title, error);
      }
      await pause(PAUSE_MS);
    }
  }
  return samples;
}

/** The same with so many streams open through each contender all the time. */
export async function withLoads<T extends { readonly undelivered: number }>(
  bench: Bench,
  running: readonly Running[],
  streams: number,
  sample: (load: Load, contender: Running) => Promise<T>,
): Promise<Samples<T>> {
  const loads = new Map<Running, Load>();
  const closeLoad = async (contender: Running) => {
    await loads.get(contender)?.stop();
    loads.delete(contender);
  };
  try {
    return await inRounds(bench, running, async (contender) => {
      const load = loads.get(contender) ?? (await Load.open(bench.tools.load, contender, streams));
      loads.set(contender, load);
      const taken = await sample(load, contender);
      if (taken.undelivered > streams * HELD_BACK) {
        bench.journal.stuck(contender.title, streams, taken.undelivered);
        await closeLoad(contender);
        await pause(RECOVER_MS);
      }
      return taken;
    });
  } finally {
    for (const contender of loads.keys()) await closeLoad(contender);
  }
}
