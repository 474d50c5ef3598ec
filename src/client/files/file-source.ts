// A file of this machine, to be sent: read in large pieces, from anywhere, as often as needed.

import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { throwIfAborted } from '../deadline.ts';
import { StorageError } from '../errors.ts';
import { explainStorage } from './explain-storage.ts';
import type { FileSource } from './ports.ts';
import { readPieces } from './read-pieces.ts';

/**
 * @param name what the receiver is told; default: the last part of the path
 * @throws StorageError when it cannot be read, or is no regular file
 */
export async function fileSource(path: string, name: string = basename(path)): Promise<FileSource> {
  const info = await stat(path).catch((error: unknown) => {
    throw explainStorage(error, `${path} cannot be read`);
  });
  if (!info.isFile()) throw new StorageError(`${path} cannot be sent: expected a regular file`);
  const open = (offset: number, length: number, reuse = false) => readPieces(path, offset, length, reuse);
  return {
    name,
    size: info.size,
    date: info.mtime,
    isSeekable: true,
    open,
    md5: (signal) => md5Of(open(0, info.size, true), signal),
  };
}

/** The MD5 of all that comes, in lower-case hex. @throws CancelledError, and what reading throws */
export async function md5Of(bytes: AsyncIterable<Buffer>, signal: AbortSignal | undefined): Promise<string> {
  const hash = createHash('md5');
  for await (const chunk of bytes) {
    throwIfAborted([signal], 'the MD5 of a file');
    hash.update(chunk);
  }
  return hash.digest('hex');
}
