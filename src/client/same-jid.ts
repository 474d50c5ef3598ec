// When two spellings are one address.

import { formatJid, normaliseJid, parseJid } from '../wire/jid.ts';

/** Equal after normalisation; texts that are no JIDs only when they are the same text. [S5B-R-06] */
export function isSameJid(one: string, other: string): boolean {
  return one === other || normalise(one) === normalise(other);
}

/** One spelling for every spelling of a JID, to be a key in a map. */
export function normalise(text: string): string {
  const jid = parseJid(text);
  return jid === undefined ? text : formatJid(normaliseJid(jid));
}
