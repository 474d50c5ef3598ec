// What one stream may do, from its admission to its end: its rates, its deadlines, its share of a quota. [S5B-P-84] [S5B-P-85]

import type { QuotaLedger } from './quota.ts';
import type { Rate } from './rate.ts';
import { limitRate, type Rates } from './rate-limits.ts';
import type { Terms } from './terms.ts';
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
  /** Of all streams; undefined: there is no limit. */
  total(): Rate | undefined;
  readonly ledger: QuotaLedger;
  /** Bytes a second of a stream whose quota is used up; undefined: it is ended. */
  slowing(): number | undefined;
  onReleased(): void;
}

export class StreamGrant {
  readonly #person: Person;
  readonly #parts: GrantParts;
  /** What has been opened for it stays until its end, since the engine may draw from it still. */
  #ownRate: Rate | undefined;
  /** By their keys: a class has its own rate for each of its users. */
  readonly #userRates = new Set<string>();
  #rates: readonly Rate[] = [];
  #terms: Terms;
  #slowedTo = Number.POSITIVE_INFINITY;
  #released = false;

  constructor(person: Person, terms: Terms, parts: GrantParts) {
    this.#person = person;
    this.#terms = terms;
    this.#parts = parts;
    this.#limit();
  }

  /** What is limited now, and only that: who is not limited pays nothing. Another list when it is something else. */
  get rates(): readonly Rate[] {
    return this.#rates;
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
    if (slowTo === undefined) return 'quota';
    if (slowTo !== this.#slowedTo) {
      this.#slowedTo = slowTo;
      this.#limit();
    }
    return 'go-on';
  }

  /** Other terms for the rest of the stream. */
  change(terms: Terms): void {
    this.#terms = terms;
    this.#limit();
  }

  /** Gives everything back. Idempotent. */
  release(): void {
    if (this.#released) return;
    this.#released = true;
    if (this.#ownRate) this.#parts.table.release(this.#ownRate);
    for (const key of this.#userRates) this.#parts.userRates.leave(key);
    this.#parts.onReleased();
  }

  #limit(): void {
    const rates = [this.#limitOwn(), this.#limitUser(), this.#parts.total()].filter(
      (rate) => rate !== undefined,
    );
    const isSame = rates.length === this.#rates.length && rates.every((rate, i) => rate === this.#rates[i]);
    if (!isSame) this.#rates = rates;
  }

  /** Its own rate, if that is limited now. */
  #limitOwn(): Rate | undefined {
    const { streamRate, burst } = this.#terms;
    const rate = Math.min(streamRate, this.#slowedTo);
    const isLimited = Number.isFinite(rate);
    if (isLimited || this.#ownRate) this.#ownRate = limitRate(this.#parts.table, this.#ownRate, rate, burst);
    return isLimited ? this.#ownRate : undefined;
  }

  /** The same of the one that it shares with others of its person and class. */
  #limitUser(): Rate | undefined {
    const { userRates } = this.#parts;
    const { className, userRate, burst } = this.#terms;
    const key = `${className} ${this.#person.bareJid}`;
    const isLimited = Number.isFinite(userRate);
    if (isLimited && !this.#userRates.has(key)) {
      this.#userRates.add(key);
      userRates.join(key);
    }
    const rate = this.#userRates.has(key) ? userRates.limit(key, userRate, burst) : undefined;
    return isLimited ? rate : undefined;
  }
}
