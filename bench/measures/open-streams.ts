// The second half of tables 4 and 6: memory and CPU time of streams that are open and silent.

import type { Running } from '../contenders/contender.ts';
import { Load } from '../load.ts';
import { cpuSeconds, residentBytes } from '../process-usage.ts';
import { pause } from '../rounds.ts';
import type { Bench } from '../stage.ts';

export interface OpenStreams {
  /** Streams → resident bytes of the process; 0 → before the first. */
  readonly resident: ReadonlyMap<number, number>;
  /** Share of one core with the largest number of streams open; NaN when they could not be opened. */
  readonly idleCpu: number;
}

/** Contender → what it needs. */
export async function measureOpenStreams(
  bench: Bench,
  running: readonly Running[],
): Promise<ReadonlyMap<string, OpenStreams>> {
  const { plan, journal } = bench;
  const subjects = running.map((contender) => new Subject(contender));
  try {
    await pause(plan.settleMs);
    for (const streams of [0, ...plan.open]) {
      journal.say(`${streams} open streams`);
      bench.signal.throwIfAborted();
      for (const subject of subjects) await subject.grow(bench, streams);
      await pause(plan.settleMs);
      for (const subject of subjects) subject.read(streams);
    }
    // Everyone at the same time: nobody does anything.
    for (const subject of subjects) subject.beginWindow();
    await pause(plan.idleMs);
    for (const subject of subjects) subject.endWindow();
    return new Map(subjects.map((subject) => [subject.title, subject.result()]));
  } finally {
    for (const subject of subjects) await subject.stop();
  }
}

class Subject {
  readonly title: string;
  readonly #contender: Running;
  readonly #pid: number;
  readonly #loads: Load[] = [];
  readonly #resident = new Map<number, number>();
  #open = 0;
  #failed = false;
  #window = { began: 0, cpu: Number.NaN };
  #idleCpu = Number.NaN;

  constructor(contender: Running) {
    if (contender.pid === undefined) throw new Error(`${contender.title} has no process to look at`);
    this.#contender = contender;
    this.#pid = contender.pid;
    this.title = contender.title;
  }

  async grow({ tools, journal, signal }: Bench, streams: number): Promise<void> {
    if (this.#failed || streams === this.#open) return;
    try {
      this.#loads.push(await Load.open(tools.load, this.#contender, streams - this.#open));
      this.#open = streams;
    } catch (error) {
      signal.throwIfAborted();
      this.#failed = true;
      journal.mishap(`${this.title}, ${streams} open streams`, error);
    }
  }

  read(streams: number): void {
    if (!this.#failed) this.#resident.set(streams, residentBytes(this.#pid));
  }

  beginWindow(): void {
    if (!this.#failed) this.#window = { began: performance.now(), cpu: cpuSeconds(this.#pid) };
  }

  endWindow(): void {
    if (this.#failed) return;
    const seconds = (performance.now() - this.#window.began) / 1000;
    this.#idleCpu = (cpuSeconds(this.#pid) - this.#window.cpu) / seconds;
  }

  result(): OpenStreams {
    return { resident: this.#resident, idleCpu: this.#idleCpu };
  }

  async stop(): Promise<void> {
    for (const load of this.#loads) await load.stop();
  }
}
