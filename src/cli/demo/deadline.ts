// Waiting within limits: until something happens, a deadline passes, or the whole demo is called off.

/** A signal that is aborted by the outer one or after `ms` milliseconds, whichever comes first. */
export function within(ms: number, signal: AbortSignal): AbortSignal {
  return AbortSignal.any([signal, AbortSignal.timeout(ms)]);
}

/**
 * The promise's value, unless the signal is aborted first; what the promise does afterwards is ignored.
 * @throws an Error that says what was waited for, or the signal's reason if that is no timeout
 */
export async function unlessAborted<T>(promise: Promise<T>, what: string, signal: AbortSignal): Promise<T> {
  let abandon = () => {};
  const aborted = new Promise<never>((_resolve, reject) => {
    abandon = () => reject(explain(signal.reason, what));
    signal.addEventListener('abort', abandon, { once: true });
    if (signal.aborted) abandon();
  });
  promise.catch(() => {}); // told by the race, if it is still on
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', abandon);
  }
}

function explain(reason: unknown, what: string): unknown {
  const isTimeout = reason instanceof DOMException && reason.name === 'TimeoutError';
  return isTimeout ? new Error(`waited too long for ${what}`) : reason;
}
