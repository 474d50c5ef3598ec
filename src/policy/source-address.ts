// Whom a source address stands for: an IPv4 address for itself, an IPv6 address for its /64. [S5B-P-85]

import ipaddr from 'ipaddr.js';

/** One host has all of a /64, and would have 2^64 limits. */
const IPV6_PARTS = 4;

/** The text by which connections are counted; `::ffff:192.0.2.1` is `192.0.2.1`. */
export function addressBlock(address: string): string {
  if (!address.includes(':')) return address;
  const [, mapped] = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address) ?? []; // as a dual-stack socket writes it
  if (mapped !== undefined) return mapped;
  if (!ipaddr.IPv6.isValid(address)) return address;
  const plain = ipaddr.process(address);
  if (plain instanceof ipaddr.IPv4) return plain.toString();
  return `${plain.parts
    .slice(0, IPV6_PARTS)
    .map((part) => part.toString(16))
    .join(':')}::/64`;
}
