// Whether a stanza is for the component itself, for an address below it, or for someone else.

import { domainToASCII } from 'node:url';
import { normaliseJid, parseJid } from '../wire/jid.ts';

export type Addressee = 'component' | 'below' | 'foreign';

/** @param domain the component's own, in any spelling */
export function findAddressee(to: string, domain: string): Addressee {
  const jid = parseJid(to);
  if (jid === undefined || comparable(jid.domain) !== comparable(domain)) return 'foreign';
  return jid.local === '' && jid.resource === '' ? 'component' : 'below';
}

/** Servers spell an international domain as U-labels or as A-labels. */
function comparable(domain: string): string {
  const normalised = normaliseJid({ local: '', domain, resource: '' }).domain;
  return /\P{ASCII}/u.test(normalised) ? domainToASCII(normalised) || normalised : normalised;
}
