// The stream that a file comes on: the one that was agreed on, or the second way of a sender whose SOCKS5 failed.

import { NothingCameError } from '../bytes/receive-bytes.ts';
import { anyOf, within } from '../deadline.ts';
import { NoStreamhostReachableError, TransferError } from '../errors.ts';
import { inBandOf } from '../in-band-of.ts';
import type { Method } from '../methods.ts';
import { expectBytestream, type TargetOptions } from '../s5b/target.ts';
import type { Session } from '../session.ts';
import type { Tell } from '../transfer.ts';
import type { IncomingStream, SecondWay } from './second-way.ts';

export interface StreamOptions extends TargetOptions {
  readonly from: string;
  readonly sid: string;
  readonly method: Method;
  /** Until the agreed stream stands, in milliseconds. [SI-R-13] */
  readonly streamMs: number;
  /** For a second way, when SOCKS5 has failed, in milliseconds. [SI-R-12] */
  readonly secondWayMs: number;
  readonly secondWay: SecondWay;
  readonly signal: AbortSignal;
  readonly tell: Tell;
}

/**
 * Gives `use` the agreed stream; when that fails before its first byte, once more the second one, if the sender takes it.
 * @throws what `use` throws; NoStreamhostReachableError, TimedOutError, CancelledError, OfflineError
 */
export async function withStream<T>(
  session: Session,
  options: StreamOptions,
  use: (incoming: IncomingStream, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { method, secondWay, signal, tell } = options;
  if (method === 'ibb') return use(await expectStream(session, options), signal);
  try {
    const isReplaced = anyOf(signal, secondWay.signal);
    return await use(await socks(session, options, isReplaced), isReplaced);
  } catch (error) {
    if (!mayTakeAnother(error, options)) throw error;
    secondWay.hasFailed = true;
    tell({ event: 'fallback', error });
    return await use(await second(session, options, error), signal);
  }
}

/** The stream of an offer that has just been accepted. @throws as `withStream` */
export function expectStream(session: Session, options: StreamOptions): Promise<IncomingStream> {
  return options.method === 'ibb'
    ? inBand(session, options, options.streamMs)
    : socks(session, options, options.signal);
}

async function socks(session: Session, options: StreamOptions, limits: AbortSignal): Promise<IncomingStream> {
  const failure = new AbortController();
  const signal = anyOf(limits, failure.signal);
  const onFailure = (error: TransferError) => failure.abort(error);
  const opened = await expectBytestream(session, {
    ...options,
    signal,
    onFailure,
    timeoutMs: options.streamMs,
  });
  options.tell({ event: 'connected', method: opened.method, streamhost: opened.streamhost });
  return opened;
}

async function inBand(
  session: Session,
  { from, sid, signal, tell }: StreamOptions,
  ms: number,
): Promise<IncomingStream> {
  const stream = await inBandOf(session).accept(from, sid, within(ms, signal));
  tell({ event: 'connected', method: 'ibb' });
  return { stream, method: 'ibb' };
}

/** In-band bytes under the same sid, or whatever the sender offers anew. @throws the first failure when nothing comes */
async function second(
  session: Session,
  options: StreamOptions,
  failure: TransferError,
): Promise<IncomingStream> {
  const { secondWay, secondWayMs, signal } = options;
  const limits = within(secondWayMs, signal, secondWay.signal);
  if (secondWay.replacement === undefined) {
    try {
      return await inBand(session, { ...options, signal: limits }, secondWayMs);
    } catch (error) {
      if (signal.aborted) throw error;
      if (secondWay.replacement === undefined) throw failure;
    }
  }
  return secondWay.replacement.incoming;
}

/** The way is lost, and no byte with it. */
function mayTakeAnother(error: unknown, { signal, secondWay }: StreamOptions): error is TransferError {
  if (signal.aborted || !(error instanceof TransferError)) return false;
  const isWayLost = error instanceof NoStreamhostReachableError || error instanceof NothingCameError;
  return isWayLost || secondWay.replacement !== undefined;
}
