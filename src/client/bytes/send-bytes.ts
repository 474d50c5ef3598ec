// The bytes of a file into a stream: read, summed and written piece by piece, then the end. [SI-I-21]

import type { Hash } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { throwIfAborted } from '../deadline.ts';
import { InterruptedError, SizeMismatchError, TimedOutError } from '../errors.ts';
import { breakOff, explainBreak, untilAny, type Waits } from './stream-events.ts';

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

/** What waits for a slow stream, in bytes: enough to read and write at the same time. */
const IN_FLIGHT = 1024 * 1024;

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
    await untilTaken(stream, options);
    stream.destroy();
  } catch (error) {
    breakOff(stream);
    throw error;
  }
}

async function writeAll(stream: Duplex, options: SendBytesOptions): Promise<void> {
  const { source, length, hash, onBytes, signals } = options;
  let bytes = 0;
  for await (const chunk of source) {
    hash.update(chunk);
    throwIfAborted(signals, 'the receiver to take bytes');
    if (stream.errored) throw explainBreak(stream.errored);
    if (stream.readableEnded || !stream.writable)
      throw new InterruptedError(`the receiver closed the stream after ${bytes} of ${length} bytes`);
    stream.write(chunk);
    bytes += chunk.length;
    onBytes(bytes);
    if (stream.writableLength >= IN_FLIGHT && stream.writableNeedDrain)
      await untilAny(stream, ['drain'], 'the receiver to take bytes', options);
  }
  if (bytes !== length) throw new SizeMismatchError(`the source gave ${bytes} bytes in place of ${length}`);
}

/** Until the receiver has closed its side. Some never do: what the stream has taken is then on its way. */
async function untilTaken(stream: Duplex, options: SendBytesOptions): Promise<void> {
  const { closeMs } = options;
  while (!stream.writableFinished && !stream.destroyed)
    await untilAny(stream, ['finish'], 'the receiver to take the last bytes', options);
  try {
    while (!stream.readableEnded && !stream.destroyed)
      await untilAny(stream, [], 'the receiver to close', { ...options, idleMs: closeMs });
  } catch (error) {
    if (!(error instanceof TimedOutError)) throw error;
  }
  if (stream.errored) throw explainBreak(stream.errored);
  if (!stream.writableFinished) throw new InterruptedError('the stream was closed before its last byte');
}
