// The bytes of a file into a stream: read, summed and written piece by piece, then the end. [SI-I-21]

import type { Hash } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { throwIfAborted } from '../deadline.ts';
import { InterruptedError, SizeMismatchError, TimedOutError, type TransferError } from '../errors.ts';
import { chunksOf } from './chunks-of.ts';
import { breakOff, explainBreak, until, type Waits } from './stream-events.ts';

export interface SendBytesOptions extends Waits {
  readonly source: AsyncIterable<Buffer>;
  /** How many bytes the receiver expects. */
  readonly length: number;
  /** Is given every byte. */
  readonly hash: Hash;
  /** How long the receiver may take to close its side when it has everything, in milliseconds. */
  readonly closeMs: number;
  /** Told how many bytes have been written so far. */
  readonly onBytes: (bytes: number) => void;
}

/** Written at a time, in bytes: little, since on a slow way that takes a while, and only a piece that is gone is a sign of life. */
const PIECE = 64 * 1024;

/**
 * Sends everything and ends the stream; it is broken off when this throws, so that a part is not taken for the whole.
 * @throws SizeMismatchError when the source has fewer bytes; InterruptedError, TimedOutError, CancelledError, OfflineError
 */
export async function sendBytes(stream: Duplex, options: SendBytesOptions): Promise<void> {
  stream.on('error', () => {}); // told by whichever wait is next
  try {
    stream.resume(); // nothing comes back but the end
    await writeAll(stream, options);
    stream.end();
    await untilClosed(stream, options);
    stream.destroy();
  } catch (error) {
    breakOff(stream);
    throw error;
  }
}

/** A chunk is summed while the stream takes it, and gone before the source is asked for the next one. */
async function writeAll(stream: Duplex, options: SendBytesOptions): Promise<void> {
  const { source, length, hash, onBytes, signals } = options;
  let bytes = 0;
  const gone = new AbortController();
  const onClose = () => bytes < length && gone.abort(explainEnd(stream, bytes, length)); // libpurple closes with the last one
  stream.once('close', onClose);
  try {
    for await (const chunk of chunksOf(source, { ...options, signals: [...signals, gone.signal] })) {
      requireOpen(stream, bytes, options);
      const isLast = bytes + chunk.length >= length;
      for (const piece of cut(chunk)) {
        const taken = write(stream, piece, isLast, options);
        hash.update(piece);
        await taken;
        bytes += piece.length;
        if (!isLast || (stream.destroyed && bytes < length)) requireOpen(stream, bytes, options);
        onBytes(bytes);
      }
    }
  } finally {
    stream.off('close', onClose);
  }
  if (bytes !== length) throw new SizeMismatchError(`the source gave ${bytes} bytes in place of ${length}`);
}

/** Until the piece is gone, or the stream's end shows that it will not go; of the last chunk, its end shows nothing. */
async function write(stream: Duplex, piece: Buffer, isLast: boolean, options: Waits): Promise<void> {
  let isGone = false;
  let tell = () => {};
  stream.write(piece, () => {
    isGone = true;
    tell();
  });
  const begin = (happened: () => void) => {
    tell = happened;
  };
  while (!isGone && !stream.destroyed && (isLast || !stream.readableEnded))
    await until(stream, begin, 'the receiver to take bytes', options);
}

function* cut(chunk: Buffer): Generator<Buffer> {
  for (let at = 0; at < chunk.length; at += PIECE) yield chunk.subarray(at, at + PIECE);
}

/** @throws InterruptedError when there is no point in writing, or what an aborted signal stands for */
function requireOpen(stream: Duplex, bytes: number, { signals, length }: SendBytesOptions): void {
  throwIfAborted(signals, 'the receiver to take bytes');
  if (stream.errored || stream.readableEnded || !stream.writable) throw explainEnd(stream, bytes, length);
}

function explainEnd({ errored }: Duplex, bytes: number, length: number): TransferError {
  if (errored) return explainBreak(errored);
  return new InterruptedError(`the receiver closed the stream after ${bytes} of ${length} bytes`);
}

/** Until the receiver has closed its side. Some never do: what the stream has taken is then on its way. */
async function untilClosed(stream: Duplex, options: SendBytesOptions): Promise<void> {
  const { closeMs } = options;
  while (!stream.writableFinished && !stream.destroyed)
    await until(
      stream,
      (finished) => stream.once('finish', finished),
      'the receiver to take the last bytes',
      options,
    );
  try {
    while (!stream.readableEnded && !stream.destroyed)
      await until(stream, () => {}, 'the receiver to close', { ...options, idleMs: closeMs });
  } catch (error) {
    if (!(error instanceof TimedOutError)) throw error;
  }
  if (stream.errored) throw explainBreak(stream.errored);
  if (!stream.writableFinished) throw new InterruptedError('the stream was closed before its last byte');
}
