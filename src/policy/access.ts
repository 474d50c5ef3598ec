// Who may use the proxy as requester: allow and deny lists, deny before allow. [XEP-0065 §4] [S5B-P-22]

import { parseJid } from '../wire/jid.ts';
import { canonicalJid, JidRules } from './jid-rules.ts';

/** As jid-rules.ts reads them. */
export interface AccessRules {
  /** Absent: the users of the component's parent domain. */
  readonly allow?: readonly string[] | undefined;
  readonly deny: readonly string[];
}

/** The answer to one requester, with the rule as the operator wrote it. */
export type AccessVerdict =
  | { readonly ok: true; readonly rule: string }
  | { readonly ok: false; readonly why: 'denied'; readonly rule: string }
  | { readonly ok: false; readonly why: 'not-allowed' | 'not-a-jid' };

export class Access {
  readonly #allow: JidRules;
  readonly #deny: JidRules;
  readonly #words: string;
  readonly #closed: boolean;

  /**
   * @param domain the component's own domain
   * @throws Error naming the rule, if one is none; the configuration has checked them before
   */
  constructor(rules: AccessRules, domain: string) {
    const parent = parentDomain(domain);
    const allow = rules.allow ?? (parent === undefined ? [] : [parent]);
    this.#allow = new JidRules(allow);
    this.#deny = new JidRules(rules.deny);
    this.#closed = allow.length === 0;
    this.#words = inWords(rules, domain, parent);
  }

  /** Judges a requester by the sender's JID as the server stamped it. [S5B-P-17] [S5B-P-71] */
  judge(requester: string): AccessVerdict {
    const jid = parseJid(requester);
    if (jid === undefined) return { ok: false, why: 'not-a-jid' };
    const denied = this.#deny.find(jid);
    if (denied !== undefined) return { ok: false, why: 'denied', rule: denied };
    const allowed = this.#allow.find(jid);
    return allowed === undefined ? { ok: false, why: 'not-allowed' } : { ok: true, rule: allowed };
  }

  /** True when no rule allows anyone: very likely not what the operator wants. */
  get closed(): boolean {
    return this.#closed;
  }

  /** One sentence for the operator: who may use the proxy, and why. */
  describe(): string {
    return this.#words;
  }
}

/**
 * `proxy.example.org` → `example.org`. A name of one label (`localhost`, `proxy`) and an IP literal have no
 * parent: then nobody is allowed until `access.allow` says who, because the other choice would be an open relay.
 */
export function parentDomain(domain: string): string | undefined {
  if (domain.startsWith('[') || /^[\d.]+$/.test(domain)) return undefined;
  const labels = canonicalJid({ local: '', domain, resource: '' }).split('.');
  return labels.length > 1 ? labels.slice(1).join('.') : undefined;
}

function inWords(rules: AccessRules, domain: string, parent: string | undefined): string {
  const but = rules.deny.length === 0 ? '' : `, but not ${rules.deny.join(', ')} (access.deny)`;
  if (rules.allow?.includes('*'))
    return `Everyone on any server may use the proxy (access.allow has *)${but}.`;
  if (rules.allow !== undefined && rules.allow.length > 0) {
    return `These may use the proxy: ${rules.allow.join(', ')} (access.allow)${but}.`;
  }
  if (rules.allow !== undefined) return 'Nobody may use the proxy: access.allow is an empty list.';
  if (parent === undefined) {
    return `Nobody may use the proxy: ${domain} has no parent domain whose users could be allowed; set access.allow.`;
  }
  return `The users of ${parent}, the parent domain of ${domain}, may use the proxy (access.allow is not set)${but}.`;
}
