// The quota store in an LMDB file of this machine. (docs/adr/0008-quota-store.md)

import type { Counter, Increment, QuotaStore } from '../policy/quota-store.ts';
import type { Operation, Operations } from './calls.ts';
import { StoreThread } from './store-thread.ts';

/** How long the thread may take to close. Milliseconds. */
const CLOSE_MS = 2000;

export class LmdbStore implements QuotaStore {
  readonly #start: () => Promise<StoreThread>;
  #thread: Promise<StoreThread> | undefined;
  #closed: Promise<void> | undefined;

  private constructor(start: () => Promise<StoreThread>) {
    this.#start = start;
  }

  /**
   * @param folder made if it is not there
   * @param start for tests that end the thread
   * @throws Error that says why the store cannot be used
   */
  static async open(folder: string, start = () => StoreThread.start(folder)): Promise<LmdbStore> {
    const store = new LmdbStore(start);
    await store.#running();
    return store;
  }

  add(increments: readonly Increment[]): Promise<readonly number[]> {
    return this.#call('add', increments);
  }

  read(counters: readonly Counter[]): Promise<readonly number[]> {
    return this.#call('read', counters);
  }

  forget(oldest: { readonly day: string; readonly month: string }): Promise<void> {
    return this.#call('forget', oldest);
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #call<O extends Operation>(
    operation: O,
    given: Operations[O]['given'],
  ): Promise<Operations[O]['answer']> {
    if (this.#closed) throw new Error('the store is closed');
    const thread = await this.#running();
    return thread.call(operation, given);
  }

  /** The thread; a new one in place of one that has ended. */
  #running(): Promise<StoreThread> {
    if (this.#thread === undefined) {
      const starting = this.#start();
      this.#thread = starting;
      const forget = () => {
        if (this.#thread === starting) this.#thread = undefined;
      };
      starting.then((thread) => thread.ended.then(forget), forget);
    }
    return this.#thread;
  }

  async #close(): Promise<void> {
    const thread = await this.#thread?.catch(() => undefined);
    if (thread === undefined) return;
    const timer = setTimeout(
      () => thread.abandon(`could not be closed within ${CLOSE_MS / 1000} s`),
      CLOSE_MS,
    );
    try {
      await thread.call('close', undefined);
      await thread.ended;
    } finally {
      clearTimeout(timer);
    }
  }
}
