// The keys of `limits`: how much may go on at once, in all, for one address, person and domain. [S5B-P-85]

import * as z from 'zod';
import { limit, readLimit } from '../amounts.ts';
import { count, network } from '../kinds.ts';

/** An office or a mobile network behind one address stays below it, one stranger cannot fill the table. */
const PER_ADDRESS = { waiting: 256, connectionsPerSecond: 200 };

/** What everybody shares who comes through a tunnel or proxy on this machine. */
const LOOPBACK = ['127.0.0.0/8', '::1'];

const perUser = limit(1).describe('Streams running at once for one requester, whatever its resources.');
/** By default only one domain may use the proxy, and may use all of it. */
const perDomain = limit(1).describe('Streams running at once for all requesters of one domain.');

export const limits = z
  .strictObject({
    handshakes: count(1)
      .default(1024)
      .describe('SOCKS handshakes in progress at once; one source address may have a quarter of them.'),
    waiting: count(2).default(4096).describe('Connections waiting for their activation at once.'),
    waitingPerAddress: limit(2)
      .default(PER_ADDRESS.waiting)
      .transform(readLimit)
      .describe('The same for one source address; of IPv6 for one /64.'),
    connectionsPerSecond: limit(1)
      .default(PER_ADDRESS.connectionsPerSecond)
      .transform(readLimit)
      .describe(
        'New connections a second from one source address (IPv6: one /64); a burst may be 4 times that.',
      ),
    streams: count(1).default(4096).describe('Streams running at once.'),
    streamsPerUser: perUser.default(1024).transform(readLimit),
    streamsPerDomain: perDomain.default('none').transform(readLimit),
    exempt: z
      .array(network)
      .optional()
      .meta({ expected: 'a list of networks such as 192.0.2.0/24' })
      .describe(
        'Source networks that the two limits per address do not touch, such as that of a load balancer; without it ' +
          'the loopback addresses, as long as both limits have their defaults.',
      ),
  })
  .prefault({})
  .transform(({ exempt, ...rest }) => ({ ...rest, exempt: exempt ?? (hasDefaults(rest) ? LOOPBACK : []) }))
  .describe('How much may go on at once; whoever comes beyond it is refused. `none` switches a limit off.');

/** What a class may say of its own. */
export const classLimits = z
  .strictObject({
    streamsPerUser: perUser.transform(readLimit).optional(),
    streamsPerDomain: perDomain.transform(readLimit).optional(),
  })
  .optional();

function hasDefaults(limits: { waitingPerAddress: number; connectionsPerSecond: number }): boolean {
  const { waiting, connectionsPerSecond } = PER_ADDRESS;
  return limits.waitingPerAddress === waiting && limits.connectionsPerSecond === connectionsPerSecond;
}
