// JIDs as XEP-0065 needs them: split without judging, check, and bring into the form that peers hash. [RFC 6122, RFC 7622]
//
// @xmpp/jid is not used: it escapes local parts by guess (XEP-0106), accepts `@@/` and only lower-cases,
// and every one of these would change the session key.

/** A JID in its three parts, exactly as given; absent parts are empty strings. */
export interface Jid {
  readonly local: string;
  readonly domain: string;
  readonly resource: string;
}

const MAX_PART_BYTES = 1023; // [RFC 7622 §3.2-3.4]
const FORBIDDEN_IN_LOCAL = /["&'/:<>@\s]/u; // [RFC 7622 §3.3.1]
const FORBIDDEN_IN_DOMAIN = /[\s"&'/:<>@\\]/u;
const CONTROL = /\p{Cc}/u;
/** Nothing to fold or compose but letter case: nearly every JID. */
const ASCII = /^\p{ASCII}*$/u;

/** Splits `local@domain/resource`; undefined when the text is no JID (empty part, forbidden character, over 1023 bytes). */
export function parseJid(text: string): Jid | undefined {
  const slash = text.indexOf('/');
  const bare = slash === -1 ? text : text.slice(0, slash);
  const resource = slash === -1 ? '' : text.slice(slash + 1);
  const at = bare.indexOf('@');
  const local = at === -1 ? '' : bare.slice(0, at);
  const domain = at === -1 ? bare : bare.slice(at + 1);
  if ((slash !== -1 && resource === '') || (at !== -1 && local === '')) return undefined;
  if (!isDomain(domain) || FORBIDDEN_IN_LOCAL.test(local)) return undefined;
  if (CONTROL.test(local) || CONTROL.test(resource)) return undefined;
  if (Buffer.byteLength(local) > MAX_PART_BYTES || Buffer.byteLength(resource) > MAX_PART_BYTES)
    return undefined;
  return { local, domain, resource };
}

/** True for a host name, an IPv4 literal or a bracketed IPv6 literal that can stand as a domainpart. [RFC 7622 §3.2] */
export function isDomain(text: string): boolean {
  if (/^\[[0-9a-f:.]+\]$/i.test(text)) return true;
  if (text === '' || Buffer.byteLength(text) > MAX_PART_BYTES) return false;
  if (FORBIDDEN_IN_DOMAIN.test(text) || CONTROL.test(text)) return false;
  const labels = text.replace(/[.。]$/u, '').split(/[.。]/u);
  return labels.every((label) => label !== '' && !label.startsWith('-') && !label.endsWith('-'));
}

/** The JID as text. */
export function formatJid({ local, domain, resource }: Jid): string {
  return `${local === '' ? '' : `${local}@`}${domain}${resource === '' ? '' : `/${resource}`}`;
}

/** The JID without its resource, as text. */
export function bareJid(jid: Jid): string {
  return formatJid({ ...jid, resource: '' });
}

/**
 * The form that stringprep gives (nodeprep, nameprep, resourceprep): local and domain part case-folded and
 * NFKC, the resource NFKC with its letter case kept. [S5B-P-32] [RFC 6122 §2]
 */
export function normaliseJid({ local, domain, resource }: Jid): Jid {
  return { local: fold(local), domain: fold(domain).replace(/\.$/, ''), resource: prepare(resource) };
}

/** The form that PRECIS gives: as normaliseJid, but NFC in the resource, which keeps ligatures and width. [RFC 7622 §3.4] */
export function precisJid(jid: Jid): Jid {
  return { ...normaliseJid(jid), resource: jid.resource.normalize('NFC') };
}

/** Case folding character by character, so that a final sigma folds as any other. [RFC 3454 B.2] */
function fold(text: string): string {
  if (ASCII.test(text)) return text.toLowerCase();
  const folded = Array.from(prepare(text), (character) => character.toUpperCase().toLowerCase()).join('');
  return folded.normalize('NFKC');
}

/** What stringprep maps to nothing (soft hyphen, zero-width, variation selectors) goes, the rest becomes NFKC. [RFC 3454 B.1] */
function prepare(text: string): string {
  if (ASCII.test(text)) return text;
  return text
    .replace(/\u00ad|\u034f|\u1806|[\u180b-\u180d]|[\u200b-\u200d]|\u2060|[\ufe00-\ufe0f]|\ufeff/gu, '')
    .normalize('NFKC');
}
