// Waiting within limits: until something happens, a deadline passes, or it is called off.

import { setMaxListeners } from 'node:events';
import { CancelledError, TimedOutError, TransferError } from './errors.ts';

type Signals = readonly (AbortSignal | undefined)[];

/** A signal that is aborted by any of the others, or after `ms` milliseconds; for waits that are few and long. */
export function within(ms: number, ...signals: Signals): AbortSignal {
  return anyOf(...signals, AbortSignal.timeout(ms));
}

/** A signal that is aborted by any of these. */
export function anyOf(...signals: Signals): AbortSignal {
  const given = signals.filter((signal) => signal !== undefined);
  const any = AbortSignal.any(given);
  sources.set(any, given);
  return any;
}

/**
 * Keeps what a signal is made of. COMPAT Node.js 20: there `AbortSignal.any` does not, so that an `AbortSignal.timeout`
 * that nobody else holds is collected as garbage, and never comes. May go with Node.js 20.
 */
const sources = new WeakMap<AbortSignal, readonly AbortSignal[]>();

/**
 * The promise's value, unless `ms` milliseconds pass or one of the signals is aborted first; what the promise does
 * afterwards is ignored. Leaves nothing behind on the signals: there may be thousands of waits on each.
 * @param what is waited for, for the message
 * @param ms may be infinite
 * @throws TimedOutError, or what `explainAbort` makes of a signal
 */
export async function limited<T>(
  promise: Promise<T>,
  what: string,
  ms: number,
  ...signals: Signals
): Promise<T> {
  const ends: (() => void)[] = [];
  const limit = new Promise<never>((_resolve, reject) => {
    if (Number.isFinite(ms)) {
      const timer = setTimeout(() => reject(new TimedOutError(`waited too long for ${what}`)), ms);
      ends.push(() => clearTimeout(timer));
    }
    for (const signal of signals) {
      if (signal === undefined) continue;
      const abandon = () => reject(explainAbort(signal, what));
      setMaxListeners(0, signal); // all of them are taken off again, so many are no leak
      signal.addEventListener('abort', abandon, { once: true });
      ends.push(() => signal.removeEventListener('abort', abandon));
      if (signal.aborted) abandon();
    }
  });
  promise.catch(() => {}); // told by the race, if it is still on
  try {
    return await Promise.race([promise, limit]);
  } finally {
    for (const end of ends) end();
  }
}

/** The error that an aborted signal stands for: its reason if that is one of ours, else timed out or cancelled. */
export function explainAbort({ reason }: AbortSignal, what: string): TransferError {
  if (reason instanceof TransferError) return reason;
  if (reason instanceof DOMException && reason.name === 'TimeoutError')
    return new TimedOutError(`waited too long for ${what}`, { cause: reason });
  return new CancelledError(`cancelled while waiting for ${what}`, { cause: reason });
}

/** @throws what `explainAbort` makes of the first signal that is aborted */
export function throwIfAborted(signals: Signals, what: string): void {
  for (const signal of signals) if (signal?.aborted) throw explainAbort(signal, what);
}
