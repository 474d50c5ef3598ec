// The pipes of one worker: the kernel's memory between two sockets, shared by all its streams.
//
// A move borrows a pipe and, as a rule, has emptied it when it ends. Only a direction whose reader is blocked
// keeps one. Pipes are made when they are needed, up to a bound, and not closed by the worker: it writes their
// descriptors into shared memory, and the main thread closes them when the worker has ended, however it did.

import type { Libc } from './libc.ts';
import { Fcntl, Open } from './linux.ts';

export interface Pipe {
  readonly read: number;
  readonly write: number;
  readonly large: boolean;
}

/** Pipes that a worker may have; each costs two descriptors. */
export const MAX_PIPES = 512;

/** What is asked for; an ordinary user gets no more (pipe-max-size), and less where that is lower. */
const LARGE_BYTES = 1024 * 1024;

/**
 * Large pipes of all workers together. An ordinary user has 64 MiB of pipes in all (pipe-user-pages-soft); beyond
 * it the kernel makes pipes of two pages only.
 */
const LARGE_PIPES_IN_ALL = 32;

/** The share of one of so many workers. */
export function largePipesOf(workers: number): number {
  return Math.max(2, Math.floor(LARGE_PIPES_IN_ALL / workers));
}

/** A zeroed register of pipes: pairs of descriptors. */
export function createPipeRegister(): SharedArrayBuffer {
  return new SharedArrayBuffer(MAX_PIPES * 2 * Int32Array.BYTES_PER_ELEMENT);
}

/** Every descriptor in a register. Those of a worker that runs are its own. */
export function registeredPipes(register: SharedArrayBuffer): number[] {
  return [...new Int32Array(register)].filter((fd) => fd > 0);
}

export class PipePool {
  readonly #libc: Libc;
  readonly #register: Int32Array;
  readonly #maxLarge: number;
  readonly #large: Pipe[] = [];
  readonly #small: Pipe[] = [];
  #made = 0;

  /** @param maxLarge how many may be large; where that is refused, they stay as the kernel makes them */
  constructor(libc: Libc, register: SharedArrayBuffer, maxLarge: number) {
    this.#libc = libc;
    this.#register = new Int32Array(register);
    this.#maxLarge = maxLarge;
  }

  /** Pipes that exist. */
  get made(): number {
    return this.#made;
  }

  /** Pipes that nobody has borrowed. */
  get free(): number {
    return this.#large.length + this.#small.length;
  }

  /**
   * An empty pipe, a large one if there is one; undefined when there are none left and no further one may be made.
   * The one that was used last is the next to be used: it is warm.
   */
  take(): Pipe | undefined {
    return this.#large.pop() ?? (this.#made < this.#maxLarge ? this.#make() : undefined) ?? this.takeSmall();
  }

  /** An empty pipe to keep something in: a small one, so that the large ones stay with those who move. */
  takeSmall(): Pipe | undefined {
    return this.#small.pop() ?? (this.#made >= this.#maxLarge ? this.#make() : undefined);
  }

  /** Only when it is empty. */
  give(pipe: Pipe): void {
    (pipe.large ? this.#large : this.#small).push(pipe);
  }

  #make(): Pipe | undefined {
    if (this.#made === MAX_PIPES) return undefined;
    // The kernel writes into the register itself: there is no moment at which a pipe exists and is not in it.
    const ends = this.#register.subarray(this.#made * 2, this.#made * 2 + 2);
    if (this.#libc.pipe2(ends, Open.CLOEXEC | Open.NONBLOCK) === -1) return undefined;
    const [read = -1, write = -1] = ends;
    const large = this.#made < this.#maxLarge;
    if (large) this.#enlarge(write);
    this.#made++;
    return { read, write, large };
  }

  /** Half the size again and again, down to what a pipe has anyway: a user's budget may be nearly used up. */
  #enlarge(fd: number): void {
    const usual = this.#libc.fcntl(fd, Fcntl.GETPIPE_SZ, 0);
    for (let size = LARGE_BYTES; size > usual; size /= 2) {
      if (this.#libc.fcntl(fd, Fcntl.SETPIPE_SZ, size) !== -1) return;
    }
  }
}
