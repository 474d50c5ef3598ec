// Every value that a metric's label can have, so that all series begin at 0 and a new reason cannot be forgotten.

import type {
  Fact,
  HandshakeResult,
  RequestResult,
  SelfCheckResult,
  StreamEnd,
} from '../rendezvous/ports.ts';

type WaitingEnd = Extract<Fact, { kind: 'waiting-ended' }>['why'];

/** How each handshake counts as a refusal: true when the proxy turned the peer away. */
const handshakes: Readonly<Record<HandshakeResult, boolean>> = {
  accepted: false,
  'self-check': false,
  'no-acceptable-method': true,
  'not-socks5': true,
  'command-not-supported': true,
  'address-type-not-supported': true,
  'not-a-session-key': true,
  taken: true,
  'over-limit': true,
  'over-address-limit': true,
  'too-fast': true,
  'bad-proxy-header': true,
  draining: true,
  failed: false,
  'timed-out': false,
  aborted: false,
};

/** The same for address queries and activations. */
const requests: Readonly<Record<RequestResult, boolean>> = {
  ok: false,
  unknown: true,
  'peer-missing': true,
  'peer-gone': true,
  taken: true,
  'over-limit': true,
  'over-user-limit': true,
  'over-domain-limit': true,
  quota: true,
  draining: true,
  forbidden: true,
  'bad-request': true,
  'no-address': true,
  failed: false,
};

const streamEnds: Readonly<Record<StreamEnd, true>> = {
  finished: true,
  reset: true,
  'half-close-timeout': true,
  'idle-timeout': true,
  'duration-limit': true,
  quota: true,
  shutdown: true,
  'engine-failed': true,
};

const waitingEnds: Readonly<Record<WaitingEnd, true>> = {
  expired: true,
  gone: true,
  replaced: true,
  dismissed: true,
  shutdown: true,
};

const selfChecks: Readonly<Record<SelfCheckResult, true>> = {
  ok: true,
  unknown: true,
  private: true,
  loopback: true,
  unresolvable: true,
  unreachable: true,
  'not-us': true,
};

export const handshakeResults = Object.keys(handshakes);
export const requestResults = Object.keys(requests);
export const streamEndReasons = Object.keys(streamEnds);
export const waitingEndReasons = Object.keys(waitingEnds);
export const selfCheckResults = Object.keys(selfChecks);

/** An address query asks for nothing that could be unknown or taken. */
export const addressQueryResults = [
  'ok',
  'forbidden',
  'quota',
  'bad-request',
  'draining',
  'no-address',
  'failed',
];

/** What a peer or a requester was turned away for, by either door. */
export const refusalReasons = [...new Set([...turnedAway(handshakes), ...turnedAway(requests)])];

/** Whether a result is counted as a refusal, under its own name. */
export function isRefusal(result: HandshakeResult | RequestResult): boolean {
  return refusalReasons.includes(result);
}

function turnedAway(results: Readonly<Record<string, boolean>>): string[] {
  return Object.keys(results).filter((result) => results[result]);
}

/** Each label of some series with all the values it has in them, in the order of their appearance. */
export function labelValues(
  series: readonly Readonly<Record<string, string | number | undefined>>[],
): Record<string, string[]> {
  const values = new Map<string, Set<string>>();
  for (const [label, value] of series.flatMap((labels) => Object.entries(labels))) {
    values.set(label, (values.get(label) ?? new Set()).add(String(value)));
  }
  return Object.fromEntries([...values].map(([label, set]) => [label, [...set]]));
}
