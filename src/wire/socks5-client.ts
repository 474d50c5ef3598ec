// SOCKS5 messages, client side: what a party sends to a streamhost and how it reads the answers.
// [RFC 1928 §3-6] [XEP-0065 §6.3.2]
//
// Each message is one buffer, to be written in one piece and only after the answer to the one before. [S5B-R-12]

import type { SessionKey } from './session-key.ts';

const VERSION = 0x05;
const CONNECT = 0x01;
const NO_AUTHENTICATION = 0x00;
const IPV4 = 0x01;
const DOMAIN_NAME = 0x03;
const IPV6 = 0x04;
const SUCCEEDED = 0x00;
const FIXED_BYTES = 4 + 2; // VER REP RSV ATYP before the address, the port behind it

/** What each REP says. [RFC 1928 §6] */
const REPLIES: readonly string[] = [
  'succeeded',
  'general failure',
  'connection not allowed by ruleset',
  'network unreachable',
  'host unreachable',
  'connection refused',
  'TTL expired',
  'command not supported',
  'address type not supported',
];

/**
 * What a parser makes of the bytes so far. `missing` is how many more are certainly part of the message, so that
 * a reader who asks for exactly these never takes a byte of the stream behind it; `length` is the message's.
 */
export type Answer =
  | { readonly state: 'incomplete'; readonly missing: number }
  | { readonly state: 'refused'; readonly reason: string }
  | { readonly state: 'accepted'; readonly length: number };

/** VER NMETHODS METHODS: no authentication, the only method of XEP-0065. */
export function clientGreeting(): Buffer {
  return Buffer.of(VERSION, 1, NO_AUTHENTICATION);
}

/** VER CMD RSV ATYP DST.ADDR DST.PORT: 47 bytes, the session key as host name, port 0. [S5B-T-06] */
export function connectRequest(key: SessionKey): Buffer {
  const host = Buffer.from(key, 'latin1');
  return Buffer.concat([Buffer.of(VERSION, CONNECT, 0, DOMAIN_NAME, host.length), host, Buffer.of(0, 0)]);
}

/** VER METHOD, the answer to the greeting. */
export function parseMethodReply(bytes: Buffer): Answer {
  const [version, method] = bytes;
  if (version !== undefined && version !== VERSION) return notSocks5(version);
  if (method === undefined) return { state: 'incomplete', missing: 2 - bytes.length };
  if (method !== NO_AUTHENTICATION)
    return { state: 'refused', reason: `asks for authentication method ${hex(method)}` };
  return { state: 'accepted', length: 2 };
}

/**
 * VER REP RSV ATYP BND.ADDR BND.PORT, the answer to the request. Its length is read from its own address type,
 * and what BND contains is not judged: some streamhosts put their own address there. [S5B-R-16] [S5B-R-17]
 * A refusal counts as soon as REP is there, since some servers send nothing behind it.
 */
export function parseConnectReply(bytes: Buffer): Answer {
  const [version, code, , addressType, nameLength] = bytes;
  if (version !== undefined && version !== VERSION) return notSocks5(version);
  if (code !== undefined && code !== SUCCEEDED)
    return { state: 'refused', reason: `answers ${hex(code)}, ${REPLIES[code] ?? 'an unassigned code'}` };
  if (addressType === undefined) return { state: 'incomplete', missing: 4 - bytes.length };
  const length = replyLength(addressType, nameLength);
  if (length === undefined)
    return { state: 'refused', reason: `answers with address type ${hex(addressType)}` };
  return bytes.length < length
    ? { state: 'incomplete', missing: length - bytes.length }
    : { state: 'accepted', length };
}

/** The length of the whole reply, or as much of it as is certain; undefined for an unknown address type. */
function replyLength(addressType: number, nameLength: number | undefined): number | undefined {
  switch (addressType) {
    case IPV4:
      return FIXED_BYTES + 4;
    case IPV6:
      return FIXED_BYTES + 16;
    case DOMAIN_NAME:
      return FIXED_BYTES + 1 + (nameLength ?? 0);
    default:
      return undefined;
  }
}

function notSocks5(version: number): Answer {
  return { state: 'refused', reason: `does not speak SOCKS5 (its first byte is ${hex(version)})` };
}

function hex(byte: number): string {
  return `0x${byte.toString(16).padStart(2, '0')}`;
}
