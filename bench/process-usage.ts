// What a process has used, read from /proc: CPU time of all its threads, and resident memory. Linux only.

import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

const TICKS_A_SECOND = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));
const PAGE_BYTES = Number(execFileSync('getconf', ['PAGESIZE'], { encoding: 'utf8' }));

/** Fields 14 and 15 of proc(5)'s stat: utime and stime. They stand behind the name, which may contain spaces. */
const UTIME_AFTER_NAME = 11;

/** User and system time so far, in seconds. @throws Error when there is no such process */
export function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = Number(fields[UTIME_AFTER_NAME]) + Number(fields[UTIME_AFTER_NAME + 1]);
  return ticks / TICKS_A_SECOND;
}

/** How often its threads have gone to sleep so far, each to be woken up again. @throws Error when there is no such process */
export function sleeps(pid: number): number {
  let sum = 0;
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    const status = readFileSync(`/proc/${pid}/task/${thread}/status`, 'utf8');
    sum += Number(/^voluntary_ctxt_switches:\s+(\d+)/m.exec(status)?.[1]);
  }
  return sum;
}

/** Resident memory, in bytes. @throws Error when there is no such process */
export function residentBytes(pid: number): number {
  const pages = Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]);
  return pages * PAGE_BYTES;
}

/** Samples resident memory until it is stopped. */
export class MemoryPeak {
  readonly #timer: NodeJS.Timeout;
  #bytes: number;

  constructor(pid: number, everyMs = 50) {
    this.#bytes = residentBytes(pid);
    this.#timer = setInterval(() => {
      try {
        this.#bytes = Math.max(this.#bytes, residentBytes(pid));
      } catch {
        clearInterval(this.#timer); // the process has ended; whoever drives it will say so
      }
    }, everyMs);
  }

  /** The highest sample, in bytes. */
  stop(): number {
    clearInterval(this.#timer);
    return this.#bytes;
  }
}
