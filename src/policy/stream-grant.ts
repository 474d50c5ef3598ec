// What one stream may do, from its admission to its end: its rates, its deadlines, its share of a quota. [S5B-P-84] [S5B-P-85]

import { type QuotaLedger, type QuotaLimits, type QuotaVerdict, UNLIMITED } from './quota.ts';
import type { Rate } from './rate.ts';
import { limitRate, type Rates } from './rate-limits.ts';
import type { SharedRates } from './shared-rates.ts';
import type { Terms } from './terms.ts';

/** Who is counted: a person and its domain, normalised. */
export interface Person {
  readonly bareJid: string;
  readonly domain: string;
}

/** What all grants share. */
export interface GrantParts {
  readonly table: Rates;
  readonly shared: SharedRates;
  /** Of all streams; undefined: there is no limit. */
  total(): Rate | undefined;
  readonly ledger: QuotaLedger;
  /** Bytes a second of a stream whose quota is used up; undefined: it is ended. */
  slowing(): number | undefined;
  onReleased(grant: StreamGrant): void;
}

/** What is left of a quota, which no stream can move more than, however fast it is. */
interface Stock {
  readonly whose: keyof QuotaLimits;
  readonly rate: Rate;
}

export class StreamGrant {
  readonly person: Person;
  readonly #parts: GrantParts;
  /** What has been opened for it stays until its end, since the engine may draw from it still. */
  #ownRate: Rate | undefined;
  #joined: Map<string, Rate> | undefined;
  #rates: readonly Rate[] = NONE;
  #stocks: readonly Stock[] = NONE;
  #terms: Terms;
  #slowedTo = Number.POSITIVE_INFINITY;
  #released = false;

  constructor(person: Person, terms: Terms, parts: GrantParts) {
    this.person = person;
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
    // Who has moved nothing may be waiting for a stock that is no longer what is left.
    if (bytes === 0 && !this.#stocks.some(({ rate }) => this.#parts.table.isUsedUp(rate))) return 'go-on';
    const verdict = this.#count(bytes);
    const slowTo = verdict.ok ? Number.POSITIVE_INFINITY : this.#parts.slowing();
    const left = verdict.ok ? verdict.left : slowTo === undefined ? NOTHING : UNLIMITED;
    for (const { whose, rate } of this.#stocks) this.#parts.table.setStock(rate, left[whose]);
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
    for (const name of this.#joined?.keys() ?? []) this.#parts.shared.leave(name);
    this.#parts.onReleased(this);
  }

  #count(bytes: number): QuotaVerdict {
    const { bareJid, domain } = this.person;
    const { ledger } = this.#parts;
    const { quotas } = this.#terms;
    return bytes > 0 ? ledger.charge(bareJid, domain, bytes, quotas) : ledger.check(bareJid, domain, quotas);
  }

  #limit(): void {
    const stocks = [...this.#stockOf('user'), ...this.#stockOf('domain')];
    this.#stocks = stocks.length > 0 ? stocks : NONE;
    const limited = [this.#limitOwn(), this.#limitUser(), this.#parts.total()];
    const rates = [...limited, ...this.#stocks.map(({ rate }) => rate)].filter((rate) => rate !== undefined);
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
    const { table } = this.#parts;
    const { className, userRate, burst } = this.#terms;
    const name = `rate ${className} ${this.person.bareJid}`;
    const isLimited = Number.isFinite(userRate);
    if (!isLimited && !this.#joined?.has(name)) return undefined;
    const rate = this.#join(name, () => table.open(undefined));
    limitRate(table, rate, userRate, burst);
    return isLimited ? rate : undefined;
  }

  /** What is left of the quota of its person or domain, if there is one; shared with whoever has the same quota. */
  #stockOf(whose: keyof QuotaLimits): Stock[] {
    const { className, quotas } = this.#terms;
    const { day, month } = quotas[whose];
    if (!Number.isFinite(Math.min(day, month))) return [];
    const { bareJid, domain } = this.person;
    const name = `quota ${whose} ${className} ${whose === 'user' ? bareJid : domain}`;
    const open = () => {
      const verdict = this.#count(0);
      return this.#parts.table.openStock((verdict.ok ? verdict.left : NOTHING)[whose]);
    };
    return [{ whose, rate: this.#join(name, open) }];
  }

  #join(name: string, open: () => Rate): Rate {
    this.#joined ??= new Map();
    const rate = this.#joined.get(name) ?? this.#parts.shared.join(name, open);
    this.#joined.set(name, rate);
    return rate;
  }
}

const NOTHING = { user: 0, domain: 0 };
/** One for all: there may be thousands of streams, and most are not limited. */
const NONE: readonly never[] = [];
