// Bytes in memory, and streams that somebody else reads from somewhere, to be sent as files.

import { SizeMismatchError, StorageError, TransferError } from '../errors.ts';
import { explainStorage } from './explain-storage.ts';
import { md5Of } from './file-source.ts';
import type { FileSource } from './ports.ts';

/** Given on at a time, in bytes. */
const PIECE = 512 * 1024;

/** Bytes that do not change until they have been sent. */
export function bufferSource(bytes: Uint8Array, name: string, date?: Date): FileSource {
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  async function* open(offset: number, length: number): AsyncGenerator<Buffer> {
    const end = Math.min(all.length, offset + length);
    for (let at = offset; at < end; at += PIECE) yield all.subarray(at, Math.min(end, at + PIECE));
  }
  const known = { name, size: all.length, ...(date && { date }) };
  return { ...known, isSeekable: true, open, md5: (signal) => md5Of(open(0, all.length), signal) };
}

/**
 * A stream with a size that is known beforehand: it can be sent once, from its beginning, and without an MD5. Reading it
 * throws a SizeMismatchError when it has more bytes, so that the receiver never takes a part of it for the whole.
 */
export function streamSource(
  stream: AsyncIterable<Uint8Array>,
  name: string,
  size: number,
  date?: Date,
): FileSource {
  let isOpened = false;
  async function* open(offset: number, length: number): AsyncGenerator<Buffer> {
    if (isOpened || offset !== 0)
      throw new StorageError(`${name} is a stream: it can be read only once, from its beginning`);
    isOpened = true;
    let count = 0;
    for await (const chunk of read(stream, name)) {
      if (!(chunk instanceof Uint8Array))
        throw new TypeError(`${name}: expected a stream of bytes, got a chunk of type ${typeof chunk}`);
      count += chunk.byteLength;
      if (count > length)
        throw new SizeMismatchError(`${name} has more than the ${length} bytes that were offered`);
      yield Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    }
  }
  const md5 = () =>
    Promise.reject(new StorageError(`${name} is a stream: its MD5 is not known before it has been sent`));
  return { name, size, ...(date && { date }), isSeekable: false, open, md5 };
}

/** The stream is somebody else's, and so are its errors: they get a code. @throws TransferError */
async function* read(stream: AsyncIterable<unknown>, name: string): AsyncGenerator<unknown> {
  try {
    yield* stream;
  } catch (error) {
    throw error instanceof TransferError ? error : explainStorage(error, `${name} cannot be read`);
  }
}
