// Base64 read strictly: Node's own decoder skips what it does not know. [RFC 4648 §3.3, §4]

const WELL_FORMED = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/**
 * The bytes; undefined for a character outside the alphabet or wrong padding. XML white space is skipped, since the
 * examples of XEP-0047 have line breaks.
 */
export function decodeBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.toString('base64') === text) return bytes; // as everyone writes it
  return WELL_FORMED.test(text.replace(/[ \t\r\n]/g, '')) ? bytes : undefined;
}
