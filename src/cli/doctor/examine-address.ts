// An address that clients are told: it resolves, others can reach it, and a SOCKS5 proxy answers there. [S5B-P-13] [S5B-P-40]

import { createHash, randomBytes } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import { connectAnywhere } from '../../client/s5b/dial.ts';
import { connectToStreamhost } from '../../client/s5b/socks.ts';
import { explainReach, formatAddress, parseHost } from '../../config/host.ts';
import { parseSessionKey } from '../../wire/session-key.ts';
import { type Finding, ok, problem, unknown, warning } from './finding.ts';

const HANDSHAKE_MS = 5_000;

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** @param isOurs whether this machine is where the proxy runs, so that a failure may be the router's alone */
export async function examineAddress(address: Address, isOurs: boolean): Promise<Finding[]> {
  const name = formatAddress(address.host, address.port);
  const resolved = await resolve(address.host);
  if (resolved.length === 0) {
    const advice = 'correct the name in `streamhosts`, or add its A and AAAA records to the DNS';
    return [problem('address', `${name} does not resolve`, advice)];
  }
  return [examineReach(name, address.host, resolved), await examineHandshake(name, address, isOurs)];
}

async function resolve(host: string): Promise<string[]> {
  if (parseHost(host)?.family !== undefined) return [host];
  const found = await lookup(host, { all: true }).catch(() => []);
  return found.map(({ address }) => address);
}

function examineReach(name: string, host: string, addresses: readonly string[]): Finding {
  const told = addresses.includes(host) ? name : `${name}, that is ${addresses.join(', ')}`;
  for (const address of addresses) {
    const reach = parseHost(address)?.reach ?? 'public';
    if (reach === 'public') continue;
    const advice =
      'set `streamhosts` (with the built-in proxies proxy65_address, or `ip` of mod_proxy65) to an address that users reach';
    return warning('address', `${told}, ${explainReach(reach)}`, advice);
  }
  return ok('address', `${told}, is public`);
}

/** With a key that nobody else has: it takes a place among those who wait, and leaves at once. */
async function examineHandshake(name: string, address: Address, isOurs: boolean): Promise<Finding> {
  const key = parseSessionKey(createHash('sha1').update(randomBytes(20)).digest('hex'));
  if (key === undefined) throw new Error('a digest is no session key');
  const began = performance.now();
  try {
    const socket = await connectToStreamhost(
      address,
      key,
      connectAnywhere,
      AbortSignal.timeout(HANDSHAKE_MS),
    );
    const ms = Math.round(performance.now() - began);
    socket.resetAndDestroy(); // a FIN would keep the place
    return ok('handshake', `${name} completes a SOCKS5 handshake in ${ms} ms`);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    if (isOurs && parseHost(address.host)?.reach === 'public') {
      return unknown(
        'handshake',
        `${why}. From here that may be the router's doing (no hairpin NAT): try it from outside`,
      );
    }
    const advice =
      'open the port in the firewall, forward it in the router, and compare `listen` with `streamhosts`';
    return problem('handshake', why, advice);
  }
}
