// Who waits for which stream that the peer has still to open.

import { explainAbort } from '../deadline.ts';

interface Waiting<T> {
  resolve(value: T): void;
  reject(error: Error): void;
  /** Lets go of the signal. */
  forget(): void;
}

export class Expectations<T> {
  readonly #waiting = new Map<string, Waiting<T>>();

  /**
   * Waits for what has this key, from the moment of the call.
   * @throws what the signal's reason stands for; Error when somebody waits for it already
   */
  add(key: string, signal: AbortSignal): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.has(key)) throw new Error('somebody waits for this bytestream already');
      const giveUp = () => this.#take(key)?.reject(explainAbort(signal, 'the peer to open a bytestream'));
      const forget = () => signal.removeEventListener('abort', giveUp);
      this.#waiting.set(key, { resolve, reject, forget });
      signal.addEventListener('abort', giveUp, { once: true });
      if (signal.aborted) giveUp();
    });
  }

  has(key: string): boolean {
    return this.#waiting.has(key);
  }

  /** Gives whoever waits what he waits for. */
  meet(key: string, value: T): void {
    this.#take(key)?.resolve(value);
  }

  /** Nobody waits any more; all who did fail with this. */
  clear(error: Error): void {
    for (const key of [...this.#waiting.keys()]) this.#take(key)?.reject(error);
  }

  #take(key: string): Waiting<T> | undefined {
    const waiting = this.#waiting.get(key);
    this.#waiting.delete(key);
    waiting?.forget();
    return waiting;
  }
}
