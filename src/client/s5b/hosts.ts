// Which of the offered hosts a target dials: a peer must not send us to services of our own machine. [S5B-T-08]

import type { Streamhost } from '../../wire/bytestreams.ts';
import { findProxies } from '../proxies.ts';
import type { Session } from '../session.ts';
import { type Connect, connectAnywhere, connectElsewhere, isLocal } from './dial.ts';

export interface HostRules {
  readonly allowLocalHosts?: boolean;
  readonly connect?: Connect;
}

/**
 * How to connect to each streamhost. A local address is refused, unless that is allowed, or our own server vouches
 * for it: one of its proxies gives just this address.
 */
export async function chooseConnect(
  session: Session,
  streamhosts: readonly Streamhost[],
  { allowLocalHosts = false, connect }: HostRules,
  signal: AbortSignal,
): Promise<(streamhost: Streamhost) => Connect> {
  if (connect !== undefined) return () => connect;
  if (allowLocalHosts) return () => connectAnywhere;
  if (!streamhosts.some(({ host }) => isLocal(host))) return () => connectElsewhere;
  const proxies = await findProxies(session, { signal }).catch(() => []);
  const trusted = proxies.flatMap((proxy) => proxy.streamhosts);
  const isVouchedFor = (offered: Streamhost) =>
    trusted.some(({ host, port }) => host === offered.host && port === offered.port);
  return (offered) => (isVouchedFor(offered) ? connectAnywhere : connectElsewhere);
}
