// Where the input that is being run can be seen from another thread, in case it never ends.

import { Worker } from 'node:worker_threads';

const HEAD_BYTES = 8;

export class InHand {
  readonly #memory: SharedArrayBuffer;
  readonly #head: Int32Array;
  readonly #bytes: Uint8Array;

  /** @param maxBytes how long an input may be */
  constructor(maxBytes: number) {
    this.#memory = new SharedArrayBuffer(HEAD_BYTES + maxBytes);
    this.#head = new Int32Array(this.#memory, 0, 2);
    this.#bytes = new Uint8Array(this.#memory, HEAD_BYTES);
  }

  /** Shows the next input. */
  take(input: Uint8Array): void {
    this.#bytes.set(input.subarray(0, this.#bytes.length));
    Atomics.store(this.#head, 1, input.length);
    Atomics.add(this.#head, 0, 1);
  }

  /**
   * From now on a case that does not end within `hangMs` milliseconds ends the process, and its input is kept in the
   * folder. The thread does not keep the process alive.
   */
  watch(folder: string, hangMs: number): void {
    const workerData = { inHand: this.#memory, folder, hangMs };
    new Worker(new URL('watchdog.mjs', import.meta.url), { workerData, execArgv: [] }).unref();
  }
}
