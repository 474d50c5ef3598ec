// How a TCP connection to a host of a peer's choice is made: with a deadline, and not to every address. [S5B-T-08]

import { type LookupAddress, type LookupOptions, lookup } from 'node:dns';
import { BlockList, connect, isIP, type LookupFunction, Socket } from 'node:net';

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** Makes a connection, which may still be under way. For those who need a way of their own, through a tunnel say. */
export type Connect = (address: Address) => Socket;

const local = new BlockList();
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['224.0.0.0', 4],
  ['255.255.255.255', 32],
] as const)
  local.addSubnet(network, prefix, 'ipv4'); // those mapped into IPv6 as well
for (const [network, prefix] of [
  ['::', 127],
  ['fe80::', 10],
  ['ff00::', 8],
] as const)
  local.addSubnet(network, prefix, 'ipv6');

/** True for loopback, link-local, multicast and unspecified addresses; false for names. */
export function isLocal(host: string): boolean {
  const family = isIP(host.replace(/%.*$/, ''));
  return family !== 0 && local.check(host.replace(/%.*$/, ''), family === 6 ? 'ipv6' : 'ipv4');
}

/** A plain connection, for hosts that we trust. */
export const connectAnywhere: Connect = ({ host, port }) => connect({ host, port, noDelay: true });

/** A connection to what is no local address, nor a name for one; else the socket fails with EACCES. */
export const connectElsewhere: Connect = ({ host, port }) =>
  isLocal(host)
    ? new Socket().destroy(refusal())
    : connect({ host, port, noDelay: true, lookup: lookupElsewhere });

const lookupElsewhere: LookupFunction = (host, options: LookupOptions, callback) => {
  lookup(host, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
    const [first, ...more] = (addresses ?? []).filter(({ address }) => !isLocal(address));
    if (error) callback(error, []);
    else if (first === undefined) callback(refusal(), []);
    else if (options.all === true) callback(null, [first, ...more]);
    else callback(null, first.address, first.family);
  });
};

function refusal(): NodeJS.ErrnoException {
  return Object.assign(new Error('it is a local address, which a peer may not send us to'), {
    code: 'EACCES',
  });
}
