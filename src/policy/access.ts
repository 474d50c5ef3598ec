// Who may use the proxy as requester: allow and deny lists, deny before allow. [XEP-0065 §4] [S5B-P-22]

import { domainToASCII } from 'node:url';
import { type Jid, normaliseJid, parseJid } from '../wire/jid.ts';

/** A JID (full, bare or domain), `*.domain` for every subdomain, or `*` for everyone. */
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

/** Rules in the form in which they are compared, each with its spelling in the configuration. */
type RuleIndex = ReadonlyMap<string, string>;

export class Access {
  readonly #allow: RuleIndex;
  readonly #deny: RuleIndex;
  readonly #words: string;
  readonly #closed: boolean;

  /**
   * @param domain the component's own domain
   * @throws Error naming the rule, if one is none; the configuration has checked them before
   */
  constructor(rules: AccessRules, domain: string) {
    const parent = parentDomain(domain);
    const allow = rules.allow ?? (parent === undefined ? [] : [parent]);
    this.#allow = indexRules(allow);
    this.#deny = indexRules(rules.deny);
    this.#closed = allow.length === 0;
    this.#words = inWords(rules, domain, parent);
  }

  /** Judges a requester by the sender's JID as the server stamped it. [S5B-P-17] [S5B-P-71] */
  judge(requester: string): AccessVerdict {
    const jid = parseJid(requester);
    if (jid === undefined) return { ok: false, why: 'not-a-jid' };
    const names = namesOf(jid);
    const denied = firstMatch(this.#deny, names);
    if (denied !== undefined) return { ok: false, why: 'denied', rule: denied };
    const allowed = firstMatch(this.#allow, names);
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

/** The form in which a rule is compared; undefined when the text is no rule. */
export function parseRule(text: string): string | undefined {
  if (text === '*') return text;
  const wildcard = text.startsWith('*.');
  const jid = parseJid(wildcard ? text.slice(2) : text);
  if (jid === undefined || jid.local === '*' || jid.domain.includes('*')) return undefined;
  if (!wildcard) return canonical(jid);
  return jid.local === '' && jid.resource === '' ? `*.${canonical(jid)}` : undefined;
}

/**
 * `proxy.example.org` → `example.org`. A name of one label (`localhost`, `proxy`) and an IP literal have no
 * parent: then nobody is allowed until `access.allow` says who, because the other choice would be an open relay.
 */
export function parentDomain(domain: string): string | undefined {
  if (domain.startsWith('[') || /^[\d.]+$/.test(domain)) return undefined;
  const labels = canonical({ local: '', domain, resource: '' }).split('.');
  return labels.length > 1 ? labels.slice(1).join('.') : undefined;
}

/** Every rule that would match a JID, the narrowest first. */
function namesOf(jid: Jid): string[] {
  const bare = { ...jid, resource: '' };
  const domain = { ...bare, local: '' };
  const labels = canonical(domain).split('.');
  const wildcards = labels.slice(1).map((_, index) => `*.${labels.slice(index + 1).join('.')}`);
  return [canonical(jid), canonical(bare), canonical(domain), ...wildcards, '*'];
}

/** Normalised as the session key's JIDs are, with the domain as A-labels, so that both spellings of an IDN agree. */
function canonical(jid: Jid): string {
  const { local, domain, resource } = normaliseJid(jid);
  const ascii = /\P{ASCII}/u.test(domain) ? domainToASCII(domain) || domain : domain;
  return `${local === '' ? '' : `${local}@`}${ascii}${resource === '' ? '' : `/${resource}`}`;
}

function indexRules(rules: readonly string[]): RuleIndex {
  const index = new Map<string, string>();
  for (const rule of rules) {
    const form = parseRule(rule);
    if (form === undefined) throw new Error(`"${rule}" is no access rule`);
    index.set(form, rule);
  }
  return index;
}

function firstMatch(index: RuleIndex, names: readonly string[]): string | undefined {
  for (const name of names) {
    const rule = index.get(name);
    if (rule !== undefined) return rule;
  }
  return undefined;
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
