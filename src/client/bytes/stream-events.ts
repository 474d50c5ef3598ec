// Waiting for something to happen to a stream, of which the end is a part.

import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { limited } from '../deadline.ts';
import { InterruptedError, TransferError } from '../errors.ts';

export interface Waits {
  /** Ends the wait. */
  readonly signals: readonly (AbortSignal | undefined)[];
  /** How long nothing may happen, in milliseconds. */
  readonly idleMs: number;
}

/**
 * Resolves when one of the events comes; 'end' and 'close' resolve it as well.
 * @throws InterruptedError when the stream fails, or TimedOutError, CancelledError, OfflineError
 */
export async function untilAny(
  stream: Duplex,
  events: readonly ('drain' | 'finish' | 'readable')[],
  what: string,
  { signals, idleMs }: Waits,
): Promise<void> {
  let settle = () => {};
  const happened = new Promise<void>((resolve, reject) => {
    const all = [...events, 'end', 'close'];
    const onError = (error: Error) => reject(explainBreak(error));
    settle = () => {
      for (const event of all) stream.off(event, resolve);
      stream.off('error', onError);
    };
    if (stream.errored) onError(stream.errored);
    else if (stream.destroyed) resolve();
    for (const event of all) stream.on(event, resolve);
    stream.on('error', onError);
  });
  await limited(happened, what, idleMs, ...signals).finally(() => settle());
}

/** An error of the stream as one of ours. */
export function explainBreak(error: Error): TransferError {
  if (error instanceof TransferError) return error;
  return new InterruptedError(`the stream broke: ${error.message}`, { cause: error });
}

/**
 * Ends a stream so that the other side does not take it for complete: by RST where there is one. Idempotent.
 * `resetAndDestroy` would first send what waits to be written, and a FIN behind it; the flag that it sets for its last
 * step is not documented. Without it, there would be a FIN in the middle of the file.
 */
export function breakOff(stream: Duplex): void {
  stream.on('error', () => {});
  if (stream instanceof Socket && !stream.writableEnded) Object.assign(stream, { resetAndClosing: true });
  stream.destroy();
}
