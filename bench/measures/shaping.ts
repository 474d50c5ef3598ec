// Table 7: how exactly a configured rate is kept, how evenly it is shared, and what keeping it costs.

import { type EngineName, engineTitles, ours } from '../contenders/ours.ts';
import { Load } from '../load.ts';
import { cpuSeconds, sleeps } from '../process-usage.ts';
import { pause } from '../rounds.ts';
import { type Bench, onStage } from '../stage.ts';

const MEGABYTE = 1e6;

/** Buffered bytes of a stream that was reset have to leave their relay before the next sample. */
const RECOVER_MS = 500;

export interface ShapingSample {
  readonly title: string;
  /** Of the requester's streams together: what is configured, and what has arrived, in MB/s. */
  readonly megabytesASecond: number;
  readonly measured: number;
  readonly streams: number;
  readonly jain: number;
  /** How often a second a thread of the daemon went to sleep and was woken up again. */
  readonly wakeUps: number;
  /** Share of one core. */
  readonly cpu: number;
}

export async function measureShaping(
  bench: Bench,
  engines: readonly EngineName[],
): Promise<readonly ShapingSample[]> {
  const samples: ShapingSample[] = [];
  for (const megabytesASecond of bench.plan.shapedRates) {
    bench.journal.say(`shaping, ${megabytesASecond} MB/s`);
    const contenders = engines.map((engine) => ours(engine, { user: megabytesASecond * MEGABYTE }));
    await onStage(bench, contenders, async (running) => {
      for (const { title, pid, ...rest } of running) {
        for (const streams of bench.plan.shapedStreams) {
          bench.signal.throwIfAborted();
          const load = await Load.open(bench.tools.load, { title, pid, ...rest }, streams);
          try {
            samples.push({ title, megabytesASecond, streams, ...(await sample(bench, load, pid, streams)) });
          } finally {
            await load.stop();
          }
          await pause(RECOVER_MS);
        }
      }
    });
  }
  return samples.sort((a, b) => order(engines, a) - order(engines, b));
}

/** Engine by engine. */
function order(engines: readonly EngineName[], { title }: ShapingSample): number {
  return engines.findIndex((engine) => engineTitles[engine] === title);
}

async function sample(
  { plan }: Bench,
  load: Load,
  pid: number | undefined,
  streams: number,
): Promise<Pick<ShapingSample, 'measured' | 'jain' | 'wakeUps' | 'cpu'>> {
  if (pid === undefined) throw new Error('a daemon has a process');
  const before = { cpu: cpuSeconds(pid), sleeps: sleeps(pid), at: performance.now() };
  const { bytes, ms, jain } = await load.bulk(plan.shapedMs, streams);
  const seconds = (performance.now() - before.at) / 1000;
  return {
    measured: bytes / MEGABYTE / (ms / 1000),
    jain,
    wakeUps: (sleeps(pid) - before.sleeps) / seconds,
    cpu: (cpuSeconds(pid) - before.cpu) / seconds,
  };
}
