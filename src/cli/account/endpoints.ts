// Where a user's server takes clients: what was given, or what DNS says, or the domain itself. [RFC 6120 §3.2] [XEP-0368]

import { resolveSrv } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';

export interface Endpoint {
  readonly host: string;
  readonly port: number;
  /** TLS from the first byte, or STARTTLS. */
  readonly isDirectTls: boolean;
}

/** To follow the word "expected". */
export const SERVICE_EXPECTED = 'xmpp://HOST:PORT or xmpps://HOST:PORT';

const PORTS: Readonly<Record<string, number>> = { 'xmpp:': 5222, 'xmpps:': 5223 };

/** Undefined for what is no service. */
export function parseService(text: string): Endpoint | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const port = url && PORTS[url.protocol];
  if (url === undefined || port === undefined || url.hostname === '') return undefined;
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  return { host, port: url.port === '' ? port : Number(url.port), isDirectTls: url.protocol === 'xmpps:' };
}

/** In the order in which to try them; the domain on the usual port comes last. */
export async function findEndpoints(domain: string): Promise<readonly Endpoint[]> {
  const [direct, plain] = await Promise.all([
    lookUp(`_xmpps-client._tcp.${domain}`),
    lookUp(`_xmpp-client._tcp.${domain}`),
  ]);
  const records = [
    ...direct.map((record) => ({ ...record, isDirectTls: true })),
    ...plain.map((record) => ({ ...record, isDirectTls: false })),
  ].sort((one, other) => one.priority - other.priority || other.weight - one.weight);
  const found = records.map(({ name: host, port, isDirectTls }) => ({ host, port, isDirectTls }));
  return found.length > 0
    ? found
    : [{ host: domain.replace(/^\[(.*)\]$/, '$1'), port: 5222, isDirectTls: false }];
}

async function lookUp(name: string) {
  const records = await resolveSrv(name).catch(() => []); // no records, no name, or no name server
  return records.filter((record) => record.name !== '' && record.name !== '.'); // `.`: not offered [RFC 2782]
}

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4'); // those mapped into IPv6 as well
loopback.addAddress('::1', 'ipv6');

/** False for a name. */
export function isLoopback(address: string): boolean {
  const family = isIP(address);
  return family !== 0 && loopback.check(address, family === 6 ? 'ipv6' : 'ipv4');
}
