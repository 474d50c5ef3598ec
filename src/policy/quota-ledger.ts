// Who has moved how much today and this month, in UTC: in memory for the verdicts, in a store for good. [S5B-P-85]
//
// Bytes are counted for the day and the month that the wall clock shows when they are charged. A clock that is set
// on or back only changes which day's and month's sums are added to and judged by: no byte is lost, none counted
// twice, and the sums of before are found again when the clock returns.

import type { QuotaLedger, QuotaLimits, QuotaVerdict } from './quota.ts';
import { type QuotaClock, StoreHealth, type StoreWatcher } from './quota-health.ts';
import { endOf, oldestKept, type Per, periodsAt } from './quota-periods.ts';
import type { Counter, QuotaStore } from './quota-store.ts';
import { type Sum, Sums } from './quota-sums.ts';
import { describeExhausted, type Exhausted } from './quota-text.ts';
import { QuotaWriter } from './quota-writer.ts';

export interface LedgerOptions {
  readonly store: QuotaStore;
  /** Monotonic. */
  readonly clock: QuotaClock;
  /** Milliseconds since 1970, by the wall clock. */
  readonly wallClock: () => number;
  readonly watcher: StoreWatcher;
  /** Sums in memory at once; default: 131,072. */
  readonly capacity?: number;
}

/** What there is to tell of the ledger at a moment. */
export interface LedgerState {
  /** The highest share of any quota that is used; 1 and more: used up. */
  readonly highestShare: number;
  /** Bytes that a kill would lose. */
  readonly unwrittenBytes: number;
  /** Bytes that could not be counted, because the store failed for so long that the memory was full. */
  readonly uncountedBytes: number;
  readonly writes: number;
  readonly failures: number;
}

const WHOSE = ['user', 'domain'] as const;
const PER = ['day', 'month'] as const satisfies readonly Per[];
const SUMS_PER_REQUESTER = WHOSE.length * PER.length;

/** How long a requester waits for the store; a client that gets no answer soon gives the proxy up (clients.md 2.8). */
const RECALL_MS = 500;
/** What the store told within this time is not asked again. */
const FRESH_MS = 1000;
const TIDY_MS = 3_600_000;
/** Over an hour the two clocks of a machine that is well differ by far less. */
const CLOCK_STEP_MS = 60_000;

export class StoredLedger implements QuotaLedger {
  readonly #store: QuotaStore;
  readonly #clock: QuotaClock;
  readonly #wallClock: () => number;
  readonly #sums: Sums;
  readonly #writer: QuotaWriter;
  readonly #reading: StoreHealth;
  readonly #forgetting: StoreHealth;
  readonly #closing: StoreHealth;
  #uncountedBytes = 0;
  #cancelTidying: () => void = () => {};
  #closed: Promise<void> | undefined;

  constructor({ store, clock, wallClock, watcher, capacity }: LedgerOptions) {
    this.#store = store;
    this.#clock = clock;
    this.#wallClock = wallClock;
    this.#sums = new Sums(capacity);
    this.#writer = new QuotaWriter(store, this.#sums, clock, watcher);
    this.#reading = new StoreHealth('read', clock, watcher);
    this.#forgetting = new StoreHealth('forget', clock, watcher);
    this.#closing = new StoreHealth('close', clock, watcher);
    this.#tidyLater();
  }

  async recall(bareJid: string, domain: string): Promise<void> {
    const sums = this.#sumsOf(bareJid, domain).map(({ sum }) => sum);
    const stale = sums.flatMap((sum) => (sum && this.#clock.now() - sum.knownAt >= FRESH_MS ? [sum] : []));
    if (stale.length === 0) return;
    let cancel = () => {};
    const tooLong = new Promise<void>((resolve) => {
      cancel = this.#clock.after(RECALL_MS, resolve);
    });
    await Promise.race([tooLong, this.#read(stale)]);
    cancel();
  }

  check(bareJid: string, domain: string, limits: QuotaLimits): QuotaVerdict {
    const now = this.#wallClock();
    let last: Exhausted | undefined;
    const left = { user: Number.POSITIVE_INFINITY, domain: Number.POSITIVE_INFINITY };
    for (const { sum, whose, per } of this.#sumsOf(bareJid, domain, now)) {
      const limit = limits[whose][per];
      if (sum === undefined) continue;
      sum.share = sum.total / limit;
      left[whose] = Math.min(left[whose], limit - sum.total);
      if (sum.total < limit) continue;
      const endsAt = endOf(per, now);
      if (last === undefined || endsAt > last.endsAt) last = { whose, per, limit, endsAt };
    }
    if (last === undefined) return { ok: true, left };
    return { ok: false, text: describeExhausted(last), endsAt: last.endsAt.getTime() };
  }

  charge(bareJid: string, domain: string, bytes: number, limits: QuotaLimits): QuotaVerdict {
    for (const { sum, whose, per } of this.#sumsOf(bareJid, domain)) {
      if (sum !== undefined) this.#sums.add(sum, bytes);
      else if (whose === 'user' && per === 'day') this.#uncountedBytes += bytes;
    }
    this.#writer.soon();
    return this.check(bareJid, domain, limits);
  }

  state(): LedgerState {
    return {
      highestShare: this.#sums.highestShare(periodsAt(this.#wallClock())),
      unwrittenBytes: this.#sums.unwrittenBytes / SUMS_PER_REQUESTER,
      uncountedBytes: this.#uncountedBytes,
      writes: this.#writer.writes,
      failures: this.#writer.failures + this.#reading.failures + this.#forgetting.failures,
    };
  }

  /** Writes what is left and closes the store. Idempotent; never rejects. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    this.#cancelTidying();
    await this.#writer.close();
    await this.#closing.watch(this.#store.close());
  }

  #sumsOf(
    bareJid: string,
    domain: string,
    now = this.#wallClock(),
  ): { sum: Sum | undefined; whose: 'user' | 'domain'; per: Per }[] {
    const periods = periodsAt(now);
    return WHOSE.flatMap((whose) =>
      PER.map((per) => ({
        sum: this.#sums.at(counterOf(whose, whose === 'user' ? bareJid : domain, periods[per])),
        whose,
        per,
      })),
    );
  }

  /** In the order of the calls, so that what is in flight now is not in the answer, unless it has been settled before. */
  async #read(sums: readonly Sum[]): Promise<void> {
    const values = await this.#reading.watch(this.#store.read(sums.map(({ counter }) => counter)));
    for (const [index, value] of values?.entries() ?? []) {
      const sum = sums[index];
      if (sum === undefined) continue;
      sum.stored = value;
      sum.knownAt = this.#clock.now();
    }
  }

  /**
   * Old sums are dropped each hour, but only after an hour in which the wall clock went on as the monotonic one did:
   * whoever has set the clock a year ahead by mistake has time to set it back.
   */
  #tidyLater(): void {
    const began = { wall: this.#wallClock(), steady: this.#clock.now() };
    this.#cancelTidying = this.#clock.after(TIDY_MS, () => {
      const stepped = this.#wallClock() - began.wall - (this.#clock.now() - began.steady);
      if (Math.abs(stepped) < CLOCK_STEP_MS) {
        void this.#forgetting.watch(this.#store.forget(oldestKept(this.#wallClock())));
      }
      this.#tidyLater();
    });
  }
}

/** What the sum of a user or of a domain is called in the store. */
export function counterOf(whose: 'user' | 'domain', name: string, period: string): Counter {
  return { period, subject: `${whose} ${name}` };
}
