// Whose files are taken: everybody's, or those of some JIDs.

import { isSameJid } from '../../client/same-jid.ts';
import { bareJid, formatJid, parseJid } from '../../wire/jid.ts';

export type AcceptRule =
  /** The person at the terminal is asked. */
  | { readonly kind: 'ask' }
  | { readonly kind: 'all' }
  /** Full JIDs, people, or all people of a domain. */
  | { readonly kind: 'jids'; readonly jids: readonly string[] };

export type AcceptChoice =
  | { readonly ok: true; readonly rule: AcceptRule }
  | { readonly ok: false; readonly reason: string };

/** Reads `--accept`. */
export function parseAccept(text: string | undefined): AcceptChoice {
  if (text === undefined) return { ok: true, rule: { kind: 'ask' } };
  if (text === 'all') return { ok: true, rule: { kind: 'all' } };
  const jids = text.split(',').map((part) => part.trim());
  const wrong = jids.find((jid) => parseJid(jid) === undefined);
  if (wrong !== undefined)
    return { ok: false, reason: `--accept ${text}: expected "all" or JIDs, not "${wrong}"` };
  return { ok: true, rule: { kind: 'jids', jids } };
}

/** Whether somebody may offer us files at all. [SI-R-09] */
export function isWelcome(rule: AcceptRule, from: string): boolean {
  if (rule.kind !== 'jids') return true;
  const jid = parseJid(from);
  if (jid === undefined) return false;
  const spellings = [formatJid(jid), bareJid(jid), jid.domain];
  return rule.jids.some((allowed) => spellings.some((spelling) => isSameJid(allowed, spelling)));
}
