// The name of a transfer at the proxy: SHA-1(sid + requester JID + target JID). [XEP-0065 §5.3.2] [S5B-P-30]

import { createHash } from 'node:crypto';
import { formatJid, normaliseJid, parseJid, precisJid } from './jid.ts';

declare const brand: unique symbol;

/** 40 lower-case hex digits. */
export type SessionKey = string & { readonly [brand]: 'SessionKey' };

/** The key of a transfer; the JIDs go in as given. */
export function sessionKey(sid: string, requester: string, target: string): SessionKey {
  return digest(sid + requester + target, 'utf8');
}

/** A DST.ADDR as a key, whatever the case of its hex digits; undefined for any other host name. [S5B-P-36] [S5B-P-52] */
export function parseSessionKey(text: string): SessionKey | undefined {
  return /^[0-9a-f]{40}$/i.test(text) ? (text.toLowerCase() as SessionKey) : undefined;
}

/**
 * Every key under which the two parties may wait, the likeliest first and none twice: servers and clients
 * disagree on stringprep and PRECIS, some hash what they wrote and some what they normalised. [S5B-P-35] [S5B-P-38]
 *
 * COMPAT QXmpp ≤ 1.4 hashes in Latin-1; it may go when no distribution ships it. (clients.md 2.14)
 *
 * @param from the activation's sender, as the server stamped it: full, bare or a domain [S5B-P-33]
 * @param target the text of `<activate/>`, as the parser delivered it; in a chat room the occupant's JID [S5B-P-37]
 */
export function candidateKeys(sid: string, from: string, target: string): SessionKey[] {
  if (isPlain(from) && isPlain(target) && /^\p{ASCII}*$/u.test(sid + from + target)) {
    return [sessionKey(sid, from, target)];
  }
  const requesters = spellings(from);
  const targets = [...spellings(target), ...spellings(target.trim())];
  const inputs = new Set<string>();
  const add = (requester: string | undefined, target: string | undefined) => {
    if (requester !== undefined && target !== undefined) inputs.add(sid + requester + target);
  };
  add(requesters[1], targets[1]);
  add(requesters[0], targets[1]);
  add(requesters[0], targets[0]);
  for (const requester of requesters) for (const target of targets) add(requester, target);
  const keys = new Set<SessionKey>();
  for (const input of inputs) keys.add(digest(input, 'utf8'));
  for (const input of inputs) if (isLatin1(input)) keys.add(digest(input, 'latin1'));
  return [...keys];
}

/**
 * One spelling only, as nearly every JID has: ASCII, with no capital before the resource, no dot at the domain's end
 * and no white space around it. Told apart first: to write all spellings and compare them took 30 µs an activation.
 */
function isPlain(jid: string): boolean {
  return /^[^A-Z/\s]*[^A-Z/\s.](?:\/.*\S)?$/.test(jid);
}

/** Verbatim, stringprep, PRECIS; only the verbatim spelling for what is no JID. */
function spellings(text: string): string[] {
  const jid = parseJid(text);
  return jid ? [text, formatJid(normaliseJid(jid)), formatJid(precisJid(jid))] : [text];
}

/** Fits into Latin-1, and reads differently there than in UTF-8. */
function isLatin1(text: string): boolean {
  const bytes = Buffer.from(text, 'latin1');
  return bytes.some((byte) => byte > 0x7f) && bytes.toString('latin1') === text;
}

function digest(text: string, encoding: 'utf8' | 'latin1'): SessionKey {
  return createHash('sha1').update(text, encoding).digest('hex') as SessionKey;
}
