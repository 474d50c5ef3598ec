// Rules that name users: a JID (full, bare or domain), `*.domain` for every subdomain, or `*` for everyone. [S5B-P-22]

import { domainToASCII } from 'node:url';
import { type Jid, normaliseJid, parseJid } from '../wire/jid.ts';

export class JidRules {
  /** In the form in which they are compared, each with its spelling in the configuration. */
  readonly #rules = new Map<string, string>();

  /** @throws Error naming the rule, if one is none; the configuration has checked them before */
  constructor(rules: readonly string[]) {
    for (const rule of rules) {
      const form = parseRule(rule);
      if (form === undefined) throw new Error(`"${rule}" is no access rule`);
      this.#rules.set(form, rule);
    }
  }

  /** The narrowest rule that matches, as the operator wrote it. */
  find(jid: Jid): string | undefined {
    if (this.#rules.size === 0) return undefined;
    for (const name of namesOf(jid)) {
      const rule = this.#rules.get(name);
      if (rule !== undefined) return rule;
    }
    return undefined;
  }
}

/** The form in which a rule is compared; undefined when the text is no rule. */
export function parseRule(text: string): string | undefined {
  if (text === '*') return text;
  const wildcard = text.startsWith('*.');
  const jid = parseJid(wildcard ? text.slice(2) : text);
  if (jid === undefined || jid.local === '*' || jid.domain.includes('*')) return undefined;
  if (!wildcard) return canonicalJid(jid);
  return jid.local === '' && jid.resource === '' ? `*.${canonicalJid(jid)}` : undefined;
}

/** Normalised as the session key's JIDs are, with the domain as A-labels, so that both spellings of an IDN agree. */
export function canonicalJid(jid: Jid): string {
  const { local, domain, resource } = normaliseJid(jid);
  const ascii = /\P{ASCII}/u.test(domain) ? domainToASCII(domain) || domain : domain;
  return `${local === '' ? '' : `${local}@`}${ascii}${resource === '' ? '' : `/${resource}`}`;
}

/** Every rule that would match a JID, the narrowest first. */
function namesOf(jid: Jid): string[] {
  const bare = { ...jid, resource: '' };
  const domain = { ...bare, local: '' };
  const labels = canonicalJid(domain).split('.');
  const wildcards = labels.slice(1).map((_, index) => `*.${labels.slice(index + 1).join('.')}`);
  return [canonicalJid(jid), canonicalJid(bare), canonicalJid(domain), ...wildcards, '*'];
}
