// What one stream may do, from its admission to its end: its rates, its deadlines, its share of a quota. [S5B-P-84] [S5B-P-85]

import type { QuotaLedger } from './quota.ts';
import type { Rate } from './rate.ts';
import { openRate, type Rates, setRate } from './rate-limits.ts';
import { hasQuota, type Terms } from './terms.ts';
import type { UserRates } from './user-rates.ts';

/** Who is counted: a person and its domain, normalised. */
export interface Person {
  readonly bareJid: string;
  readonly domain: string;
}

/** What grants share. */
export interface GrantParts {
  readonly table: Rates;
  readonly userRates: UserRates;
  /** Of all streams; undefined: none. */
  readonly total: Rate | undefined;
  readonly ledger: QuotaLedger;
  /** Bytes a second of a stream whose quota is used up; undefined: it is ended. */
  slowing(): number | undefined;
  onReleased(): void;
}

export class StreamGrant {
  /** Only what is limited: who is not pays nothing. Fixed, since the engine draws from these slots; their values change. */
  readonly rates: readonly Rate[];
  readonly #person: Person;
  readonly #parts: GrantParts;
  readonly #ownRate: Rate | undefined;
  readonly #userRate: Rate | undefined;
  /** A class has its own rate for each of its users. */
  readonly #userRateKey: string;
  #terms: Terms;
  #slowedTo = Number.POSITIVE_INFINITY;
  #released = false;

  constructor(person: Person, terms: Terms, parts: GrantParts) {
    this.#person = person;
    this.#terms = terms;
    this.#parts = parts;
    const { streamRate, userRate, burst, className } = terms;
    this.#userRateKey = `${className} ${person.bareJid}`;
    const maySlow = parts.slowing() !== undefined && hasQuota(terms);
    if (Number.isFinite(streamRate) || maySlow) this.#ownRate = openRate(parts.table, streamRate, burst);
    if (Number.isFinite(userRate)) {
      this.#userRate = parts.userRates.join(this.#userRateKey, userRate, burst);
    }
    this.rates = [this.#ownRate, this.#userRate, parts.total].filter((rate) => rate !== undefined);
  }

  get className(): string {
    return this.#terms.className;
  }

  /** Milliseconds, or Infinity; so is `durationMs`. */
  get idleMs(): number {
    return this.#terms.idleMs;
  }

  get durationMs(): number {
    return this.#terms.durationMs;
  }

  /** Counts bytes that have been moved. `quota`: nothing is left, and the stream is to end. */
  charge(bytes: number): 'go-on' | 'quota' {
    const { bareJid, domain } = this.#person;
    const left = this.#parts.ledger.charge(bareJid, domain, bytes, this.#terms.quotas);
    const slowTo = left.ok ? Number.POSITIVE_INFINITY : this.#parts.slowing();
    if (slowTo === undefined || (!left.ok && this.#ownRate === undefined)) return 'quota';
    if (slowTo !== this.#slowedTo) {
      this.#slowedTo = slowTo;
      this.#setOwnRate();
    }
    return 'go-on';
  }

  /** Other terms for the rest of the stream; it has the rates that it began with, at other values. */
  change(terms: Terms): void {
    this.#terms = terms;
    this.#setOwnRate();
    if (this.#userRate) setRate(this.#parts.table, this.#userRate, terms.userRate, terms.burst);
  }

  /** Gives everything back. Idempotent. */
  release(): void {
    if (this.#released) return;
    this.#released = true;
    if (this.#ownRate) this.#parts.table.release(this.#ownRate);
    if (this.#userRate) this.#parts.userRates.leave(this.#userRateKey);
    this.#parts.onReleased();
  }

  #setOwnRate(): void {
    const { streamRate, burst } = this.#terms;
    if (this.#ownRate) setRate(this.#parts.table, this.#ownRate, Math.min(streamRate, this.#slowedTo), burst);
  }
}
