// What clients are told: the configured streamhosts, or one entry made of the machine's address. [XEP-0065 §4] [S5B-P-13]

import type { NetworkInterfaceInfo } from 'node:os';
import { explainReach, formatAddress, type Host, parseHost, type Reach } from './host.ts';
import type { Config } from './schema.ts';

/** An address to bind or to tell; hosts are IP literals (IPv6 without brackets) or names. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

export interface Advertisement {
  /** Empty when the machine has no address at all. [S5B-P-18] */
  readonly streamhosts: readonly Address[];
  /** Whole sentences for the operator, each naming the key to set. */
  readonly warnings: readonly string[];
}

/** As `os.networkInterfaces()` gives them. */
export type Interfaces = Readonly<Record<string, readonly NetworkInterfaceInfo[] | undefined>>;

/**
 * Decides what is told to clients.
 * @param bound the addresses of the listeners, in their order, with the ports that they really have
 */
export function advertise(
  config: Pick<Config, 'streamhosts'>,
  bound: readonly Address[],
  interfaces: Interfaces,
): Advertisement {
  const streamhosts = (config.streamhosts ?? fromListeners(bound, interfaces)).map(({ host, port }) => {
    return { host: withoutZone(parseHost(host)?.text ?? host), port };
  });
  if (streamhosts.length === 0) {
    return { streamhosts, warnings: ['This machine has no address to tell clients: set streamhosts.'] };
  }
  const warnings = streamhosts.flatMap(({ host, port }) => {
    const why = parseHost(host)?.reach ?? 'public';
    return why === 'public' ? [] : [warning(formatAddress(host, port), why)];
  });
  return { streamhosts, warnings };
}

/** Exactly one entry, because old clients read only the first. [S5B-P-19] */
function fromListeners(bound: readonly Address[], interfaces: Interfaces): Address[] {
  const [first] = bound;
  if (first === undefined) return [];
  const host = parseHost(first.host);
  if (host?.reach !== 'unspecified') return [first];
  const best = bestAddress(interfaces, host.family === 4);
  return best === undefined ? [] : [{ host: best.text, port: first.port }];
}

/** IPv4 before IPv6, since some clients take nothing else (clients.md 2.7); what nobody can reach comes last. */
const PREFERENCE: readonly (readonly [4 | 6, Reach])[] = [
  [4, 'public'],
  [4, 'private'],
  [6, 'public'],
  [6, 'private'],
  [4, 'link-local'],
  [6, 'link-local'],
  [4, 'loopback'],
  [6, 'loopback'],
];

function bestAddress(interfaces: Interfaces, onlyIpv4: boolean): Host | undefined {
  const hosts = Object.values(interfaces)
    .flatMap((infos) => infos ?? [])
    .flatMap(({ address }) => parseHost(address) ?? [])
    .filter(({ family }) => !onlyIpv4 || family === 4);
  for (const [family, reach] of PREFERENCE) {
    const found = hosts.find((host) => host.family === family && host.reach === reach);
    if (found !== undefined) return found;
  }
  return undefined;
}

function warning(address: string, reach: Exclude<Reach, 'public'>): string {
  return `Clients are told ${address}, ${explainReach(reach)}; set streamhosts to an address that your users can reach.`;
}

/** The zone of `fe80::1%eth0` means something on this machine only. */
function withoutZone(host: string): string {
  return host.replace(/%.*$/, '');
}
