// Host names and IP literals in the one spelling that clients are told: IPv6 by RFC 5952, without brackets. [S5B-P-13]

import { domainToASCII } from 'node:url';
import ipaddr from 'ipaddr.js';

/** From where an address can be reached. */
export type Reach =
  | 'public'
  | 'private'
  | 'link-local'
  | 'loopback'
  | 'unspecified' // 0.0.0.0 or ::
  | 'no-host'; // multicast or broadcast

export interface Host {
  readonly text: string;
  /** Of an IP literal; a name has none. */
  readonly family?: 4 | 6;
  readonly reach: Reach;
}

const LABEL = /^(?!-)[a-z0-9_-]{1,63}(?<!-)$/i;

/** Reads an IP literal (IPv6 with or without brackets) or a DNS name; undefined for anything else. */
export function parseHost(text: string): Host | undefined {
  const literal = text.startsWith('[') && text.endsWith(']') ? text.slice(1, -1) : text;
  if (ipaddr.IPv4.isValidFourPartDecimal(literal) && literal === text) return ipHost(ipaddr.parse(literal));
  if (literal.includes(':')) return ipaddr.IPv6.isValid(literal) ? ipHost(ipaddr.parse(literal)) : undefined;
  return literal === text ? nameHost(text) : undefined;
}

/** Host and port as people write them: `127.0.0.1:7777`, `[::1]:7777`. */
export function formatAddress(host: string, port: number): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** What is wrong with telling others such an address, to follow a comma. */
export function explainReach(reach: Exclude<Reach, 'public'>): string {
  switch (reach) {
    case 'private':
      return 'a private address that only works inside its own network';
    case 'link-local':
      return 'a link-local address that only works on its own link';
    case 'loopback':
      return 'which only works on this machine';
    case 'unspecified':
      return 'which is no address that anyone can connect to';
    case 'no-host':
      return 'a multicast or broadcast address';
  }
}

function ipHost(address: ipaddr.IPv4 | ipaddr.IPv6): Host {
  // What a dual-stack socket reports as ::ffff:192.0.2.1 is an IPv4 address to everyone else.
  const plain = ipaddr.process(address.toString());
  return { text: plain.toString(), family: plain.kind() === 'ipv4' ? 4 : 6, reach: reachOf(plain.range()) };
}

function reachOf(range: string): Reach {
  switch (range) {
    case 'private':
    case 'uniqueLocal':
    case 'carrierGradeNat':
      return 'private';
    case 'linkLocal':
      return 'link-local';
    case 'loopback':
      return 'loopback';
    case 'unspecified':
      return 'unspecified';
    case 'multicast':
    case 'broadcast':
      return 'no-host';
    default:
      return 'public';
  }
}

/** A name is told as A-labels, which every resolver understands. */
function nameHost(text: string): Host | undefined {
  const ascii = /\P{ASCII}/u.test(text) ? domainToASCII(text) : text;
  const labels = ascii.replace(/\.$/, '').split('.');
  if (ascii.length > 253 || !labels.every((label) => LABEL.test(label))) return undefined;
  if (/^(\d+|0x[0-9a-f]*)$/i.test(labels.at(-1) ?? '')) return undefined; // 10.0.0.300 and 127.1 are no names
  const isLocal = labels.at(-1)?.toLowerCase() === 'localhost';
  return { text: ascii, reach: isLocal ? 'loopback' : 'public' };
}
