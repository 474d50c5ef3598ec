// What the demo sends: a file, or a generated stream that is the same for the same size and seed.

import { createCipheriv, createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { access, constants, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { Readable } from 'node:stream';

const CHUNK_BYTES = 256 * 1024;

export interface Payload {
  readonly name: string;
  readonly size: number;
  open(): Readable;
}

export type PayloadChoice =
  | { readonly ok: true; readonly payload: Payload }
  | { readonly ok: false; readonly reason: string };

/** A file that can be read, with the size that it has now; the reason, in words, when it cannot be sent. */
export async function filePayload(path: string): Promise<PayloadChoice> {
  try {
    const found = await stat(path);
    if (!found.isFile()) return { ok: false, reason: 'it is not a regular file' };
    await access(path, constants.R_OK);
    const open = () => createReadStream(path, { highWaterMark: CHUNK_BYTES });
    return { ok: true, payload: { name: basename(path), size: found.size, open } };
  } catch (error) {
    return { ok: false, reason: error instanceof Error ? error.message : String(error) };
  }
}

/** Bytes that no compression helps with, made as they are sent: the key stream of AES-128 in counter mode. */
export function generatedPayload(size: number, seed = 'streamhost'): Payload {
  return {
    name: 'generated.bin',
    size,
    open: () => Readable.from(generate(size, seed), { objectMode: false }),
  };
}

function* generate(size: number, seed: string): Generator<Buffer> {
  const key = createHash('sha256').update(seed).digest().subarray(0, 16);
  const cipher = createCipheriv('aes-128-ctr', key, Buffer.alloc(16));
  const zeros = Buffer.alloc(CHUNK_BYTES);
  for (let left = size; left > 0; left -= CHUNK_BYTES) {
    yield cipher.update(left < CHUNK_BYTES ? zeros.subarray(0, left) : zeros);
  }
}
