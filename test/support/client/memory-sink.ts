// A sink that keeps what comes in memory, and what an interrupted transfer has left for the next one.

import { createHash } from 'node:crypto';
import type { FileSink } from '../../../src/client/files/ports.ts';

export class MemorySink implements FileSink {
  /** What has come so far, of this transfer and of those before it. */
  bytes = Buffer.alloc(0);
  outcome: 'open' | 'finished' | 'aborted' = 'open';
  readonly #chunks: Buffer[] = [];

  async open() {
    this.#chunks.splice(0, Number.POSITIVE_INFINITY, this.bytes);
    return {
      offset: this.bytes.length,
      write: async (chunk: Buffer) => {
        this.#chunks.push(Buffer.from(chunk));
      },
      finish: async () => {
        this.#end('finished');
        const sha256 = createHash('sha256').update(this.bytes).digest('hex');
        return { bytes: this.bytes.length, sha256 };
      },
      abort: async () => this.#end('aborted'),
    };
  }

  #end(outcome: 'finished' | 'aborted'): void {
    this.bytes = Buffer.concat(this.#chunks);
    this.outcome = outcome;
  }
}
