// One transfer's life at the proxy: waiting → paired → active → gone from the table. [XEP-0065 §6]

import type { Peer } from './ports.ts';

/** Peers are kept in the order in which they connected; either may be the requester. [S5B-P-41] */
export type Waiting =
  | { readonly state: 'waiting'; readonly peers: readonly [Peer] }
  | { readonly state: 'paired'; readonly peers: readonly [Peer, Peer] };
export type Session = Waiting | { readonly state: 'active' };

/** The pair has become a stream, which has its peers now. One value for all: thousands may be there at once. */
export const ACTIVE = { state: 'active' } as const;

export type Arrival =
  | { readonly ok: true; readonly session: Waiting; readonly replaced?: Peer }
  | { readonly ok: false };

/**
 * A peer arrives: it takes a free place, or that of a waiting one which has already sent FIN; a live pair
 * and an active stream keep theirs. [S5B-P-42]
 */
export function arrive(session: Session | undefined, peer: Peer): Arrival {
  if (session === undefined) return { ok: true, session: { state: 'waiting', peers: [peer] } };
  const place = freePlace(session);
  if (place === undefined || session.state === 'active') return { ok: false };
  const [first, second] = session.peers;
  if (place === 'first') {
    const peers: [Peer, Peer] | [Peer] = second ? [second, peer] : [peer];
    return { ok: true, session: waitingSession(peers), replaced: first };
  }
  if (second) return { ok: true, session: waitingSession([first, peer]), replaced: second };
  return { ok: true, session: waitingSession([first, peer]) };
}

/** Where a further peer would go: an empty place before one that has sent FIN; undefined when there is none. */
export function freePlace(session: Session | undefined): 'empty' | 'first' | 'second' | undefined {
  if (session === undefined || session.state === 'waiting') return 'empty';
  if (session.state === 'active') return undefined;
  const [first, second] = session.peers;
  if (first.condition === 'finished') return 'first';
  if (second.condition === 'finished') return 'second';
  return undefined;
}

/** A waiting peer left; undefined when nobody is left. The other one stays. [S5B-P-43] */
export function leave(session: Waiting, peer: Peer): Waiting | undefined {
  const rest = session.peers.filter((other) => other !== peer);
  const [remaining] = rest;
  return remaining ? { state: 'waiting', peers: [remaining] } : undefined;
}

function waitingSession(peers: readonly [Peer] | readonly [Peer, Peer]): Waiting {
  return peers.length === 1 ? { state: 'waiting', peers } : { state: 'paired', peers };
}
