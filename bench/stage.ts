// The contenders of one measure, freshly started and running side by side, each idle while another is measured.

import { CleanUp } from './clean-up.ts';
import { type Contender, NotAvailableError, type Running } from './contenders/contender.ts';
import type { NativePrograms } from './native.ts';
import type { Plan } from './plan.ts';

/** What every measure is given. */
export interface Bench {
  readonly plan: Plan;
  readonly tools: NativePrograms;
  readonly journal: Journal;
  /** Aborted on Ctrl-C: no further sample is taken, and what runs is ended and removed. */
  readonly signal: AbortSignal;
}

/** What the run tells while it runs, and what the report tells about it. */
export class Journal {
  /** Contender → why it took no part. */
  readonly leftOut = new Map<string, string>();
  /** Contender → version. */
  readonly versions = new Map<string, string>();
  /** What went wrong with one sample. */
  readonly mishaps: string[] = [];

  /** Contender and streams → the most bytes that were sent and not delivered in time. */
  readonly undelivered = new Map<string, number>();

  stuck(title: string, streams: number, bytes: number): void {
    const key = `${title}, ${streams} at once`;
    this.undelivered.set(key, Math.max(bytes, this.undelivered.get(key) ?? 0));
  }

  say(line: string): void {
    process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${line}\n`);
  }

  mishap(title: string, error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    this.mishaps.push(`${title}: ${message.split('\n').slice(0, 3).join(' ')}`);
    this.say(`failed: ${title}: ${message}`);
  }
}

/** Starts the contenders, measures, and ends them whatever happens. Whoever is not available is left out. */
export async function onStage<T>(
  bench: Bench,
  contenders: readonly Contender[],
  measure: (running: readonly Running[]) => Promise<T>,
): Promise<T> {
  const cleanUp = new CleanUp();
  try {
    const running: Running[] = [];
    for (const contender of contenders) {
      bench.signal.throwIfAborted();
      if (bench.journal.leftOut.has(contender.title)) continue;
      const started = await startOne(bench, contender, cleanUp);
      if (started !== undefined) running.push(started);
    }
    bench.signal.throwIfAborted();
    return await measure(running);
  } finally {
    await cleanUp.run();
  }
}

async function startOne(
  { journal, tools, signal }: Bench,
  contender: Contender,
  cleanUp: CleanUp,
): Promise<Running | undefined> {
  try {
    const running = await cleanUp.own(contender.start(tools));
    if (running.version !== '') journal.versions.set(running.title, running.version);
    return running;
  } catch (error) {
    signal.throwIfAborted();
    const reason = error instanceof Error ? error.message : String(error);
    journal.leftOut.set(contender.title, reason);
    journal.say(`${contender.title} is left out: ${reason}`);
    if (!(error instanceof NotAvailableError)) journal.mishap(contender.title, error);
    return undefined;
  }
}
