// Reading a part of a file in large pieces, one ahead of whoever uses them.

import { type FileHandle, open } from 'node:fs/promises';
import { explainStorage } from './explain-storage.ts';

/** Read at a time, in bytes: so much that there are few, so little that it is in the processor's cache when it is summed. */
const PIECE = 512 * 1024;

/**
 * The bytes from `offset` on, `length` of them unless the file ends before.
 * @param reuse whether a piece may be overwritten when the next one is asked for, so that two buffers do for all of them
 * @throws StorageError
 */
export async function* readPieces(
  path: string,
  offset: number,
  length: number,
  reuse: boolean,
): AsyncGenerator<Buffer, void> {
  if (length === 0) return;
  const end = offset + length;
  const explain = (error: unknown): never => {
    throw explainStorage(error, `${path} cannot be read`);
  };
  const allocate = () => Buffer.allocUnsafeSlow(Math.min(PIECE, length));
  const pair = reuse ? [allocate(), allocate()] : [];
  const handle = await open(path).catch(explain);
  const read = (at: number, count: number) => {
    const piece = fill(handle, pair[count % 2] ?? allocate(), at, end);
    piece.catch(() => {}); // told if it is waited for
    return piece;
  };
  try {
    let ahead = read(offset, 0);
    for (let [at, count] = [offset, 1]; ; count++) {
      const piece = await ahead.catch(explain);
      if (piece.length === 0) return;
      at += piece.length;
      ahead = read(at, count);
      yield piece;
    }
  } finally {
    await handle.close(); // after what is still being read
  }
}

/** What of the buffer could be filled: nothing at the end. */
async function fill(handle: FileHandle, buffer: Buffer, at: number, end: number): Promise<Buffer> {
  const { bytesRead } = await handle.read(buffer, 0, Math.min(buffer.length, end - at), at);
  return buffer.subarray(0, bytesRead);
}
