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
 * Resolves when `begin` calls back; 'end' and 'close' resolve it as well.
 * @throws InterruptedError when the stream fails, or TimedOutError, CancelledError, OfflineError
 */
export async function until(
  stream: Duplex,
  begin: (happened: () => void) => void,
  what: string,
  { signals, idleMs }: Waits,
): Promise<void> {
  let settle = () => {};
  const happened = new Promise<void>((resolve, reject) => {
    const onError = (error: Error) => reject(explainBreak(error));
    settle = () => void stream.off('end', resolve).off('close', resolve).off('error', onError);
    if (stream.errored) onError(stream.errored);
    else if (stream.destroyed) resolve();
    stream.on('end', resolve).on('close', resolve).on('error', onError);
    begin(() => resolve());
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
