// The bytes of a stream into a sink: exactly as many as agreed. [SI-R-14]

import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { limited } from '../deadline.ts';
import { InterruptedError, SizeMismatchError, TimedOutError } from '../errors.ts';
import { Intake } from './intake.ts';
import { breakOff, type Waits } from './stream-events.ts';

export interface ReceiveBytesOptions extends Waits {
  /** How many bytes were agreed on. */
  readonly length: number;
  readonly write: (chunk: Buffer) => Promise<void>;
  /** Whether a chunk must stay as it is when `write` has resolved. */
  readonly keepsChunks: boolean;
  /** For the first byte, in milliseconds: a proxy may have to be activated before. [S5B-T-11] */
  readonly firstByteMs: number;
  /** How long the sender may take to close its side after the last byte, in milliseconds. */
  readonly closeMs: number;
  /** Told how many bytes have been written so far. */
  readonly onBytes: (bytes: number) => void;
}

/** The stream ended before its first byte: the sender may try another way. */
export class NothingCameError extends SizeMismatchError {}

/**
 * Takes all bytes, and waits for the end of the stream; the stream is broken off when this throws.
 * @throws SizeMismatchError for too few or too many, NothingCameError for none; InterruptedError, TimedOutError,
 *   CancelledError, OfflineError, and what `write` throws
 */
export async function receiveBytes(given: Duplex, options: ReceiveBytesOptions): Promise<void> {
  const intake = new Intake(given);
  const { stream } = intake;
  stream.on('error', () => {}); // told by whichever wait is next
  try {
    if (options.length === 0) await untilEmptyIsOver(intake, options);
    else await readAll(intake, options);
    if (stream instanceof Socket) stream.end(); // in-band, it is the sender who closes [IBB-24]
    await untilOver(intake, options);
    stream.destroy();
  } catch (error) {
    breakOff(stream);
    throw error;
  }
}

async function readAll(intake: Intake, options: ReceiveBytesOptions): Promise<void> {
  const { length, write, keepsChunks, onBytes, firstByteMs, idleMs, signals } = options;
  for (let bytes = 0; bytes < length; ) {
    const chunk = await intake.next('the next byte', {
      ...options,
      idleMs: bytes === 0 ? firstByteMs : idleMs,
    });
    if (chunk === undefined && bytes === 0) throw new NothingCameError(`none of ${length} bytes came`);
    if (chunk === undefined) throw new SizeMismatchError(`only ${bytes} of ${length} bytes came`);
    if (bytes + chunk.length > length) throw tooMany(length);
    const written = write(keepsChunks && intake.isReusing ? Buffer.from(chunk) : chunk);
    await limited(written, 'the bytes to be stored', idleMs, ...signals); // the sink may be anybody's
    bytes += chunk.length;
    onBytes(bytes);
  }
}

/** An empty file is a stream that ends. COMPAT Smack: it writes one byte 0xff. */
async function untilEmptyIsOver(intake: Intake, options: ReceiveBytesOptions): Promise<void> {
  const { firstByteMs: idleMs } = options;
  const chunk = await intake.next('the end of an empty file', { ...options, idleMs });
  if (chunk !== undefined && !chunk.equals(Buffer.of(0xff))) throw tooMany(0);
}

/** Until the sender has closed its side. Some never do, and some do it roughly: the file is there in any case. */
async function untilOver(intake: Intake, options: ReceiveBytesOptions): Promise<void> {
  const { length, closeMs: idleMs } = options;
  try {
    const chunk = await intake.next('the end of the stream', { ...options, idleMs });
    if (chunk !== undefined) throw tooMany(length);
  } catch (error) {
    if (!(error instanceof TimedOutError || error instanceof InterruptedError)) throw error;
  }
}

function tooMany(length: number): SizeMismatchError {
  return new SizeMismatchError(`more than the ${length} bytes that were agreed on came`);
}
