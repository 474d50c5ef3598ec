// What a sender can offer beside its own addresses: looked up before the offer, since some receivers wait only seconds
// for what follows it (clients.md section 3).

import type { Streamhost } from '../../wire/bytestreams.ts';
import { StanzaError, TimedOutError } from '../errors.ts';
import { findProxies } from '../proxies.ts';
import { type Direct, directAddresses } from '../s5b/addresses.ts';
import type { Connect } from '../s5b/dial.ts';
import type { Session } from '../session.ts';

export interface StreamhostOptions {
  /** Whether this machine is a streamhost as well; default true. */
  readonly direct?: Direct;
  /** JIDs of proxies, in place of those that our server lists; empty for none. */
  readonly proxies?: readonly string[];
  /** How connections to proxies are made; default: plain TCP. */
  readonly connect?: Connect;
}

/** Of the proxies that can be reached; undefined when there is nothing to offer, addresses of our own included. */
export async function proxiesToOffer(
  session: Session,
  { direct = true, proxies, connect }: StreamhostOptions,
  signal: AbortSignal | undefined,
): Promise<readonly Streamhost[] | undefined> {
  const found = await findProxies(session, {
    ...(proxies && { jids: proxies }),
    ...(connect && { connect }),
    ...(signal && { signal }),
  }).catch((error: unknown) => {
    if (error instanceof StanzaError || error instanceof TimedOutError) return [];
    throw error;
  });
  const reachable = found.filter(({ connectMs }) => connectMs !== undefined);
  const streamhosts = reachable.flatMap((proxy) => proxy.streamhosts);
  return streamhosts.length > 0 || directAddresses(direct) !== undefined ? streamhosts : undefined;
}
