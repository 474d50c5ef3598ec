// A quota store in memory, that fails or waits when a test says so.

import type { Counter, Increment, QuotaStore } from '../../src/policy/quota-store.ts';

const EXACT = BigInt(Number.MAX_SAFE_INTEGER);

export class MemoryStore implements QuotaStore {
  /** What every call fails with. */
  failure: Error | undefined;
  /** While set, nothing is answered. */
  hold: Promise<void> | undefined;
  /** Batches that were added. */
  readonly batches: (readonly Increment[])[] = [];
  readonly forgotten: { day: string; month: string }[] = [];
  closed = false;
  readonly #sums: Map<string, bigint>;

  /** @param sums shared by those who are to see each other's additions */
  constructor(sums = new Map<string, bigint>()) {
    this.#sums = sums;
  }

  async add(increments: readonly Increment[]): Promise<readonly number[]> {
    await this.#turn();
    this.batches.push(increments);
    return increments.map((increment) => {
      const sum = this.#get(increment) + BigInt(increment.bytes);
      this.#sums.set(nameOf(increment), sum);
      return toNumber(sum);
    });
  }

  async read(counters: readonly Counter[]): Promise<readonly number[]> {
    await this.#turn();
    return counters.map((counter) => toNumber(this.#get(counter)));
  }

  async forget(oldest: { day: string; month: string }): Promise<void> {
    await this.#turn();
    this.forgotten.push(oldest);
    for (const name of this.#sums.keys()) {
      const [period = ''] = name.split(' ', 1);
      if (period < (period.length === 7 ? oldest.month : oldest.day)) this.#sums.delete(name);
    }
  }

  async close(): Promise<void> {
    this.closed = true;
  }

  async #turn(): Promise<void> {
    if (this.closed) throw new Error('the store is closed');
    if (this.hold) await this.hold;
    if (this.failure) throw this.failure;
  }

  #get(counter: Counter): bigint {
    return this.#sums.get(nameOf(counter)) ?? 0n;
  }
}

function nameOf({ period, subject }: Counter): string {
  return `${period} ${subject}`;
}

function toNumber(sum: bigint): number {
  return Number(sum > EXACT ? EXACT : sum);
}
