// The sum of what a receiver has already, so that the sum of what is sent to it can be that of the file.

import { createHash, type Hash } from 'node:crypto';
import { SizeMismatchError } from '../errors.ts';
import type { FileSource } from '../files/ports.ts';

/** A SHA-256 that has been given the bytes before `offset`. @throws StorageError, SizeMismatchError */
export async function hashBefore(source: FileSource, offset: number): Promise<Hash> {
  const hash = createHash('sha256');
  if (offset === 0) return hash;
  let bytes = 0;
  for await (const chunk of source.open(0, offset)) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  if (bytes !== offset)
    throw new SizeMismatchError(`the source has only ${bytes} bytes before byte ${offset}`);
  return hash;
}
