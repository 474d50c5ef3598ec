// What the quotas need of whatever keeps them: sums that survive the process and that several processes add to.

/** What is summed up: whose bytes, in which day (`2026-11-23`) or month (`2026-11`) of UTC. */
export interface Counter {
  readonly period: string;
  /** Any text; what it names is the caller's business. */
  readonly subject: string;
}

export interface Increment extends Counter {
  readonly bytes: number;
}

/**
 * Sums are 64 bits wide; as numbers they are exact up to 2^53 (9 PB) and stay there beyond. Answers come in the order
 * of the calls. Several processes may use one store at once: an instance that drains and the one that follows it,
 * or instances that share a Redis. For such a store `add` is INCRBY and EXPIREAT in one MULTI, `read` is MGET, and
 * `forget` has nothing to do.
 */
export interface QuotaStore {
  /**
   * Adds all or nothing; resolves with the new sums, in the same order, those of other processes included.
   * What has been added survives the end of this process, however it ends. Rejects when nothing was added.
   */
  add(increments: readonly Increment[]): Promise<readonly number[]>;
  /** The sums, in the same order; 0 where nothing was added. */
  read(counters: readonly Counter[]): Promise<readonly number[]>;
  /** Drops the sums of days before `day` and of months before `month`. */
  forget(oldest: { readonly day: string; readonly month: string }): Promise<void>;
  /** Idempotent. What was asked before is answered; what is asked afterwards rejects. */
  close(): Promise<void>;
}
