// Files for transfers: bytes that look random and are the same in every run, made as a stream.

import { createCipheriv, createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

const BLOCK = Buffer.alloc(1 << 20);

export interface SampleFile {
  readonly path: string;
  readonly size: number;
  readonly sha256: string;
}

/** Writes `size` bytes: the key stream of AES-CTR under a fixed key. */
export async function writeSampleFile(path: string, size: number): Promise<SampleFile> {
  const cipher = createCipheriv('aes-128-ctr', Buffer.alloc(16, 'interop'), Buffer.alloc(16));
  const hash = createHash('sha256');
  const blocks = function* () {
    for (let left = size; left > 0; left -= BLOCK.length) {
      const block = cipher.update(left < BLOCK.length ? BLOCK.subarray(0, left) : BLOCK);
      hash.update(block);
      yield block;
    }
  };
  await pipeline(Readable.from(blocks()), createWriteStream(path));
  return { path, size, sha256: hash.digest('hex') };
}
