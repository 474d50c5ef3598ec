// Bytes counted and summed as they pass.

import { createHash } from 'node:crypto';

export interface Sum {
  readonly bytes: number;
  /** Lower-case hex. */
  readonly sha256: string;
}

export class Digest {
  readonly #hash = createHash('sha256');
  #bytes = 0;

  get bytes(): number {
    return this.#bytes;
  }

  add(chunk: Uint8Array): void {
    this.#hash.update(chunk);
    this.#bytes += chunk.byteLength;
  }

  /** Once, at the end. */
  sum(): Sum {
    return { bytes: this.#bytes, sha256: this.#hash.digest('hex') };
  }
}
