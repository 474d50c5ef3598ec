// Whether a requester gets one more stream, and on which terms: class, streams per person and domain, quota. [S5B-P-85]
//
//   requester ──▶ class ──▶ terms ──▶ streams of this person, of this domain ──▶ quota ──▶ grant: rates, deadlines
//
// A person is a bare JID, normalised: another resource or spelling is the same person.

import { parseJid } from '../wire/jid.ts';
import { Classes, type ClassesConfig } from './classes.ts';
import { canonicalJid } from './jid-rules.ts';
import { type QuotaLedger, type QuotaVerdict, UNLIMITED } from './quota.ts';
import type { Rate } from './rate.ts';
import { limitRate, type Rates } from './rate-limits.ts';
import { SharedRates } from './shared-rates.ts';
import { type GrantParts, type Person, StreamGrant } from './stream-grant.ts';
import { Tally } from './tally.ts';
import { hasQuota } from './terms.ts';

export interface AdmissionConfig extends ClassesConfig {
  readonly rates: ClassesConfig['rates'] & { readonly total: number };
  readonly quotas: ClassesConfig['quotas'] & { readonly atQuota: 'end' | 'slow'; readonly slowRate: number };
}

/** Who asks, and from where its two connections come. */
export interface Asking {
  readonly requester: string;
  readonly first: string;
  readonly second: string;
}

export type AdmissionAnswer =
  | { readonly ok: true; readonly grant: StreamGrant }
  | {
      readonly ok: false;
      readonly reason: 'over-user-limit' | 'over-domain-limit' | 'quota';
      /** For the requester, where there is more to say than the reason. */
      readonly text?: string;
    };

export class AdmissionControl {
  readonly #table: Rates;
  readonly #ledger: QuotaLedger;
  readonly #streamsOfUser = new Tally();
  readonly #streamsOfDomain = new Tally();
  readonly #grants = new Map<StreamGrant, Asking>();
  /** One for all grants: there may be thousands. */
  readonly #parts: GrantParts;
  #config: AdmissionConfig;
  #classes: Classes;
  #total: Rate | undefined;

  /** @throws Error naming a rule or a network that is none; the configuration has checked them before */
  constructor(config: AdmissionConfig, rates: Rates, ledger: QuotaLedger) {
    this.#config = config;
    this.#classes = new Classes(config);
    this.#table = rates;
    this.#ledger = ledger;
    this.#parts = {
      table: rates,
      shared: new SharedRates(rates),
      total: () => (Number.isFinite(this.#config.rates.total) ? this.#total : undefined),
      ledger,
      slowing: () => this.#slowing,
      onReleased: (grant) => this.#onReleased(grant),
    };
    this.#limitTotal();
  }

  /** To be awaited before `admit`, if there is anything to await: what the requester has used of its quota. */
  prepare({ requester, first, second }: Asking): Promise<void> | undefined {
    if (!hasQuota(this.#classes.classify(requester, [first, second]).terms)) return undefined;
    const { bareJid, domain } = identify(requester);
    return this.#ledger.recall(bareJid, domain);
  }

  /**
   * Whether anything of a quota is left to somebody who has not connected yet, in any class that it may fall in: an
   * address is of no use to whom an activation will be refused.
   */
  async quotaOf(requester: string): Promise<QuotaVerdict> {
    const possible = this.#classes.possible(requester);
    const unlimited = { ok: true, left: UNLIMITED } as const;
    if (!possible.every(hasQuota)) return unlimited;
    const { bareJid, domain } = identify(requester);
    await this.#ledger.recall(bareJid, domain);
    const verdicts = possible.map(({ quotas }) => this.#ledger.check(bareJid, domain, quotas));
    return verdicts.find(({ ok }) => ok) ?? verdicts[0] ?? unlimited;
  }

  /** The answer to one activation of a complete pair; a grant is to be released, once. */
  admit(asking: Asking): AdmissionAnswer {
    const { terms } = this.#classes.classify(asking.requester, [asking.first, asking.second]);
    const person = identify(asking.requester);
    if (this.#streamsOfUser.of(person.bareJid) >= terms.streamsPerUser) {
      return { ok: false, reason: 'over-user-limit' };
    }
    if (this.#streamsOfDomain.of(person.domain) >= terms.streamsPerDomain) {
      return { ok: false, reason: 'over-domain-limit' };
    }
    const left = this.#ledger.check(person.bareJid, person.domain, terms.quotas);
    if (!left.ok) return { ok: false, reason: 'quota', text: left.text };
    this.#streamsOfUser.add(person.bareJid);
    this.#streamsOfDomain.add(person.domain);
    const grant = new StreamGrant(person, terms, this.#parts);
    this.#grants.set(grant, asking);
    return { ok: true, grant };
  }

  /** Other limits, rates and quotas, also for the streams that run; none of them is ended for it at once. */
  reconfigure(config: AdmissionConfig): void {
    this.#classes = new Classes(config);
    this.#config = config;
    this.#limitTotal();
    for (const [grant, { requester, first, second }] of this.#grants) {
      grant.change(this.#classes.classify(requester, [first, second]).terms);
    }
  }

  /** Streams that hold a grant, and whoever has any: for what must come back to nothing. */
  get held(): { readonly streams: number; readonly users: number; readonly domains: number } {
    return {
      streams: this.#grants.size,
      users: this.#streamsOfUser.holders,
      domains: this.#streamsOfDomain.holders,
    };
  }

  /** Streams of the person and of the domain that has most. */
  get most(): { readonly ofUser: number; readonly ofDomain: number } {
    return { ofUser: this.#streamsOfUser.highest, ofDomain: this.#streamsOfDomain.highest };
  }

  #onReleased(grant: StreamGrant): void {
    const { bareJid, domain } = grant.person;
    this.#grants.delete(grant);
    this.#streamsOfUser.takeBack(bareJid);
    this.#streamsOfDomain.takeBack(domain);
  }

  /** The rate at which who is at its quota goes on; undefined: it does not. */
  get #slowing(): number | undefined {
    const { atQuota, slowRate } = this.#config.quotas;
    return atQuota === 'slow' ? slowRate : undefined;
  }

  /** Once opened, the rate of all streams stays: the engine may draw from it still. */
  #limitTotal(): void {
    const { total, burst } = this.#config.rates;
    if (this.#total || Number.isFinite(total))
      this.#total = limitRate(this.#table, this.#total, total, burst);
  }
}

/** Who is counted; a text that is no JID, for itself. */
export function identify(requester: string): Person {
  const jid = parseJid(requester);
  if (jid === undefined) return { bareJid: requester, domain: requester };
  const bare = { ...jid, resource: '' };
  return { bareJid: canonicalJid(bare), domain: canonicalJid({ ...bare, local: '' }) };
}
