// SOCKS5 messages, server side: bytes to values and replies to bytes. [RFC 1928 §3-6] [XEP-0065 §6.3.2]
//
// Parsers look at all bytes received so far and say whether they suffice, so that a message may arrive in
// any number of pieces. A handshake is 519 bytes at most; looking twice costs nothing. [SOCKS-07]

const VERSION = 0x05;
const CONNECT = 0x01;
const IPV4 = 0x01;
const DOMAIN_NAME = 0x03;

/** The only method we speak: none. A known deviation from RFC 1928, which demands GSSAPI. [SOCKS-02] [SOCKS-04] */
export const NO_AUTHENTICATION = 0x00;
export const NO_ACCEPTABLE_METHOD = 0xff;

/** REP codes that we send; 03 to 06 speak of dialling, and we dial nobody. [SOCKS-12] */
export const Reply = {
  succeeded: 0x00,
  generalFailure: 0x01,
  notAllowed: 0x02,
  commandNotSupported: 0x07,
  addressTypeNotSupported: 0x08,
} as const;
export type ReplyCode = (typeof Reply)[keyof typeof Reply];

/** What a parser makes of the bytes so far; `length` is how many of them the message took. */
export type Parsed<T, Reason = InvalidReason> =
  | { readonly state: 'incomplete' }
  | { readonly state: 'invalid'; readonly reason: Reason }
  | { readonly state: 'complete'; readonly value: T; readonly length: number };

/** Why a message is refused: with a reply code where SOCKS has one, else by closing. */
export type InvalidReason = 'not-socks5' | 'command-not-supported' | 'address-type-not-supported';

/** The client's list of methods. */
export interface Greeting {
  readonly methods: Uint8Array;
}

/** A request with a host name; the only kind that XEP-0065 knows. */
export interface Request {
  readonly supported: boolean;
  /** DST.ADDR, byte for byte, to be echoed. */
  readonly host: Buffer;
  readonly port: number;
}

const INCOMPLETE = { state: 'incomplete' } as const;

/** VER NMETHODS METHODS. [SOCKS-01] [SOCKS-05] */
export function parseGreeting(bytes: Buffer): Parsed<Greeting> {
  const [version, count] = bytes;
  if (version === undefined) return INCOMPLETE;
  if (version !== VERSION) return { state: 'invalid', reason: 'not-socks5' };
  if (count === undefined || bytes.length < 2 + count) return INCOMPLETE;
  return { state: 'complete', value: { methods: bytes.subarray(2, 2 + count) }, length: 2 + count };
}

/**
 * VER CMD RSV ATYP DST.ADDR DST.PORT. RSV is not looked at. [SOCKS-06] [SOCKS-18] [SOCKS-19]
 * An address type other than a name is refused as soon as it is read; a command other than CONNECT before
 * that, but after the name where there is one, so that the refusal can echo it. [SOCKS-13] [SOCKS-14] [SOCKS-15]
 */
export function parseRequest(bytes: Buffer): Parsed<Request> {
  const [version, command, , addressType, nameLength] = bytes;
  if (version === undefined) return INCOMPLETE;
  if (version !== VERSION) return { state: 'invalid', reason: 'not-socks5' };
  if (addressType === undefined) return INCOMPLETE;
  if (addressType !== DOMAIN_NAME) {
    return {
      state: 'invalid',
      reason: command === CONNECT ? 'address-type-not-supported' : 'command-not-supported',
    };
  }
  if (nameLength === undefined) return INCOMPLETE;
  const length = 5 + nameLength + 2;
  if (bytes.length < length) return INCOMPLETE;
  const host = bytes.subarray(5, 5 + nameLength);
  const port = bytes.readUInt16BE(5 + nameLength);
  return { state: 'complete', value: { supported: command === CONNECT, host, port }, length };
}

/** VER METHOD. */
export function methodReply(method: typeof NO_AUTHENTICATION | typeof NO_ACCEPTABLE_METHOD): Buffer {
  return Buffer.of(VERSION, method);
}

/**
 * VER REP RSV ATYP BND.ADDR BND.PORT. BND echoes DST: 47 bytes for a session key, which Smack compares byte
 * by byte and Dino counts. Without a parsed request BND is 0.0.0.0:0. [SOCKS-08] [SOCKS-16] [S5B-P-40] [S5B-P-51]
 */
export function reply(code: ReplyCode, request?: Request): Buffer {
  if (request === undefined) return Buffer.of(VERSION, code, 0, IPV4, 0, 0, 0, 0, 0, 0);
  const { host, port } = request;
  return Buffer.concat([
    Buffer.of(VERSION, code, 0, DOMAIN_NAME, host.length),
    host,
    Buffer.of(port >> 8, port & 0xff),
  ]);
}
