// The PROXY protocol's header, versions 1 and 2: from whom a load balancer has the connection. [haproxy.org, proxy-protocol.txt]
//
//   version 1   PROXY TCP4 192.0.2.1 203.0.113.7 56324 7777 CR LF       at most 107 bytes
//   version 2   signature (12)  version and command (1)  family (1)  length (2)  addresses, then TLVs (length)
//
// As the parsers of socks5.ts, it looks at all bytes received so far.

import { isIPv4, isIPv6 } from 'node:net';
import ipaddr from 'ipaddr.js';
import type { Parsed } from './socks5.ts';

export interface ProxyHeader {
  /**
   * Without port. Absent when the header names none that TCP over IP has: LOCAL (the load balancer's own check),
   * UNKNOWN, UNSPEC, AF_UNIX. The connection's own addresses count then.
   */
  readonly source?: string;
}

type ParsedHeader = Parsed<ProxyHeader, 'bad-proxy-header'>;

const INCOMPLETE: ParsedHeader = { state: 'incomplete' };
const INVALID: ParsedHeader = { state: 'invalid', reason: 'bad-proxy-header' };

const V1_PREFIX = Buffer.from('PROXY ', 'latin1');
const V1_MAX_BYTES = 107;
const V1_UNKNOWN = /^PROXY UNKNOWN(?: [ -~]*)?$/;
const V1_TCP = /^PROXY TCP([46]) ([\da-fA-F:.]+) ([\da-fA-F:.]+) (0|[1-9]\d{0,4}) (0|[1-9]\d{0,4})$/;

const V2_SIGNATURE = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1');
const V2_HEAD_BYTES = 16;
/** Of addresses and TLVs: a client's certificate may be among them, a flood may not. */
const V2_MAX_BODY_BYTES = 4096;
const LOCAL = 0x20;
const PROXY = 0x21;
const HIGHEST_FAMILY = 3; // AF_UNSPEC, AF_INET, AF_INET6, AF_UNIX
const HIGHEST_TRANSPORT = 2; // UNSPEC, STREAM, DGRAM
/** Bytes of both addresses and ports, and of one address, by family and transport. */
const LAYOUT: Readonly<Record<number, { readonly all: number; readonly address: number }>> = {
  17: { all: 12, address: 4 }, // 0x11: TCP over IPv4
  33: { all: 36, address: 16 }, // 0x21: TCP over IPv6
};

/** A header, or `invalid` as soon as the bytes cannot become one. */
export function parseProxyHeader(bytes: Buffer): ParsedHeader {
  if (startsLike(bytes, V2_SIGNATURE)) return parseBinary(bytes);
  return startsLike(bytes, V1_PREFIX) ? parseText(bytes) : INVALID;
}

function startsLike(bytes: Buffer, start: Buffer): boolean {
  const length = Math.min(bytes.length, start.length);
  return bytes.compare(start, 0, length, 0, length) === 0;
}

function parseText(bytes: Buffer): ParsedHeader {
  const end = bytes.subarray(0, V1_MAX_BYTES).indexOf('\r\n');
  if (end === -1) return bytes.length < V1_MAX_BYTES ? INCOMPLETE : INVALID;
  const line = bytes.toString('latin1', 0, end);
  const length = end + 2;
  if (V1_UNKNOWN.test(line)) return { state: 'complete', value: {}, length };
  const [, family, source = '', destination = '', ...ports] = V1_TCP.exec(line) ?? [];
  const isAddress = family === '4' ? isIPv4 : isIPv6;
  if (!isAddress(source) || !isAddress(destination)) return INVALID;
  if (ports.some((port) => Number(port) > 65_535)) return INVALID;
  return { state: 'complete', value: { source: ipaddr.parse(source).toString() }, length };
}

function parseBinary(bytes: Buffer): ParsedHeader {
  const command = bytes[12];
  const family = bytes[13];
  if (command !== undefined && command !== LOCAL && command !== PROXY) return INVALID;
  if (bytes.length < V2_HEAD_BYTES || family === undefined) return INCOMPLETE;
  const size = bytes.readUInt16BE(14);
  if (size > V2_MAX_BODY_BYTES) return INVALID;
  const isLocal = command === LOCAL; // then the family means nothing
  if (!isLocal && (family >> 4 > HIGHEST_FAMILY || (family & 0xf) > HIGHEST_TRANSPORT)) return INVALID;
  const layout = isLocal ? undefined : LAYOUT[family];
  if (layout !== undefined && size < layout.all) return INVALID;
  const length = V2_HEAD_BYTES + size;
  if (bytes.length < length) return INCOMPLETE;
  if (layout === undefined) return { state: 'complete', value: {}, length };
  const address = bytes.subarray(V2_HEAD_BYTES, V2_HEAD_BYTES + layout.address);
  return { state: 'complete', value: { source: ipaddr.fromByteArray([...address]).toString() }, length };
}
