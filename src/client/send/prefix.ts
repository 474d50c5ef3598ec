// The sum of what a receiver has already, so that the sum of what is sent to it can be that of the file.

import { createHash, type Hash } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { breakOff, explainBreak } from '../bytes/stream-events.ts';
import { anyOf, throwIfAborted } from '../deadline.ts';
import { InterruptedError, SizeMismatchError, type TransferError } from '../errors.ts';
import type { FileSource } from '../files/ports.ts';

/** Summed while the stream is made; of a large file it may take longer than that. */
export class PrefixSum {
  readonly #source: FileSource;
  readonly #signal: AbortSignal;
  readonly #end = new AbortController();
  #sum = Promise.resolve(createHash('sha256'));

  constructor(source: FileSource, signal: AbortSignal) {
    this.#source = source;
    this.#signal = anyOf(signal, this.#end.signal);
  }

  /** Begins to sum what is before `offset`. */
  begin(offset: number): void {
    this.#sum = hashBefore(this.#source, offset, this.#signal);
    this.#sum.catch(() => {}); // told when it is needed
  }

  /**
   * A SHA-256 that has been given these bytes. The stream that it is for is broken off when this throws.
   * @throws StorageError, SizeMismatchError, CancelledError, OfflineError; InterruptedError and others when the stream ends before
   */
  async of(stream: Duplex): Promise<Hash> {
    const onClose = () => this.stop(stream.errored ? explainBreak(stream.errored) : undefined);
    stream.on('error', () => {}); // told by 'close', and later by whoever sends
    stream.once('close', onClose);
    try {
      return await this.#sum;
    } catch (error) {
      breakOff(stream);
      throw error;
    } finally {
      stream.off('close', onClose);
    }
  }

  /** Nobody needs it any more. Idempotent. */
  stop(reason: TransferError = new InterruptedError('the stream was closed')): void {
    this.#end.abort(reason);
  }
}

async function hashBefore(source: FileSource, offset: number, signal: AbortSignal): Promise<Hash> {
  const hash = createHash('sha256');
  if (offset === 0) return hash;
  let bytes = 0;
  for await (const chunk of source.open(0, offset, true)) {
    throwIfAborted([signal], 'the sum of what the receiver has already');
    hash.update(chunk);
    bytes += chunk.length;
  }
  if (bytes !== offset)
    throw new SizeMismatchError(`the source has only ${bytes} bytes before byte ${offset}`);
  return hash;
}
