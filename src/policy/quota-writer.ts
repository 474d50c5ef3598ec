// Brings the sums to the store: shortly after they have changed, one batch at a time, again and again if it fails.
//
//     add ──▶ pending ──50 ms──▶ in flight ──▶ written
//                ▲                   │ failed: told once
//                └──── 1 s to 30 s ──┘

import { type QuotaClock, StoreHealth, type StoreWatcher } from './quota-health.ts';
import type { QuotaStore } from './quota-store.ts';
import type { Sum, Sums } from './quota-sums.ts';

/** The streams are charged in one turn, each second; this much later all of it is written. Milliseconds. */
const WRITE_AFTER_MS = 50;
/** After a failure, doubled after each further one up to the longest. Milliseconds. */
const TRY_AGAIN_MS = { first: 1000, longest: 30_000 };
/** How long the last write at the end may take. */
const LAST_WRITE_MS = 3000;
/** Sums in one batch; each batch is written whole or not at all. */
const BATCH = 10_000;

export class QuotaWriter {
  readonly #store: QuotaStore;
  readonly #sums: Sums;
  readonly #clock: QuotaClock;
  readonly #health: StoreHealth;
  #cancelNext: (() => void) | undefined;
  #writing: Promise<void> | undefined;
  #writes = 0;
  #pauseMs = WRITE_AFTER_MS;
  #closed = false;

  constructor(store: QuotaStore, sums: Sums, clock: QuotaClock, watcher: StoreWatcher) {
    this.#store = store;
    this.#sums = sums;
    this.#clock = clock;
    this.#health = new StoreHealth('write', clock, watcher);
  }

  /** Batches that were written. */
  get writes(): number {
    return this.#writes;
  }

  get failures(): number {
    return this.#health.failures;
  }

  /** Something is to be written. */
  soon(): void {
    if (this.#writing === undefined) this.#writeAfter(WRITE_AFTER_MS);
  }

  /** Writes what is left, for at most three seconds. Idempotent. Never rejects. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelNext?.();
    let cancel = () => {};
    const late = new Promise<true>((resolve) => {
      cancel = this.#clock.after(LAST_WRITE_MS, () => resolve(true));
    });
    const isLate = await Promise.race([late, this.#writeLast()]);
    cancel();
    if (isLate) await this.#health.watch(Promise.reject(new Error('the last write took too long')));
  }

  async #writeLast(): Promise<void> {
    await this.#writing;
    await this.#write();
  }

  #writeAfter(ms: number): void {
    if (this.#closed) return;
    this.#cancelNext ??= this.#clock.after(ms, () => {
      this.#cancelNext = undefined;
      this.#writing = this.#write().finally(() => {
        this.#writing = undefined;
        if (this.#sums.hasUnwritten) this.#writeAfter(this.#pauseMs);
      });
    });
  }

  /** All that is there, until nothing is left or something fails. */
  async #write(): Promise<void> {
    for (let batch = this.#sums.take(BATCH); batch.length > 0; batch = this.#sums.take(BATCH)) {
      const increments = batch.map(({ counter, inFlight }) => ({ ...counter, bytes: inFlight }));
      const values = await this.#health.watch(this.#store.add(increments));
      if (values === undefined) return this.#giveBack(batch);
      this.#pauseMs = WRITE_AFTER_MS;
      this.#sums.settle(batch, values, this.#clock.now());
      this.#writes++;
    }
  }

  #giveBack(batch: readonly Sum[]): void {
    this.#sums.giveBack(batch);
    const { first, longest } = TRY_AGAIN_MS;
    this.#pauseMs = Math.min(longest, Math.max(first, this.#pauseMs * 2));
  }
}
