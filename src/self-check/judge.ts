// What the outcome of a probe means for clients, in a word and in a sentence that says what to do.

import { explainReach, formatAddress, parseHost } from '../config/host.ts';
import type { SelfCheckResult } from '../rendezvous/ports.ts';
import type { Outcome } from './probe.ts';

/** What clients are told. */
export interface Told {
  readonly host: string;
  readonly port: number;
}

export interface Finding {
  readonly result: SelfCheckResult;
  /** Nothing to say when the result is `ok`. */
  readonly text?: string;
}

export const NOTHING_TOLD: Finding = {
  result: 'unreachable',
  text: 'This machine has no address to tell clients: set streamhosts.',
};

/** One address that was tried; of a name one of those that it resolves to. */
export interface Trial {
  readonly told: Told;
  readonly address: string;
  /** The address is one of this machine's interfaces, so no network is in between. */
  readonly isOurs: boolean;
  readonly outcome: Outcome;
  /** The connection came in at our own listener. */
  readonly arrived: boolean;
}

/** The better the further up, as in `SelfCheckResult`. */
const BADNESS: readonly SelfCheckResult[] = [
  'ok',
  'unknown',
  'private',
  'loopback',
  'unresolvable',
  'unreachable',
  'not-us',
];

export function worst(findings: readonly Finding[]): SelfCheckResult {
  const indices = findings.map(({ result }) => BADNESS.indexOf(result));
  return BADNESS[Math.max(0, ...indices)] ?? 'ok';
}

export function judge(trial: Trial): Finding {
  const { address, outcome, arrived, isOurs } = trial;
  const reach = parseHost(address)?.reach ?? 'public';
  if (reach === 'unspecified' || reach === 'no-host') {
    return { result: 'unreachable', text: `${name(trial)}, ${explainReach(reach)}; ${SET}` };
  }
  if (!arrived && (isOurs || outcome.kind !== 'no-connection')) return judgeFailure(trial);
  if (reach === 'loopback') return { result: reach, text: `${name(trial)}, ${explainReach(reach)}; ${SET}` };
  if (reach !== 'public')
    return { result: 'private', text: `${name(trial)}, ${explainReach(reach)}; ${SET}` };
  return arrived ? { result: 'ok' } : cannotTell(trial);
}

/** @param code of the resolver */
export function judgeName({ host, port }: Told, code: string): Finding {
  const told = `Clients are told ${formatAddress(host, port)}`;
  if (code === 'ENOTFOUND') {
    return {
      result: 'unresolvable',
      text: `${told}, and this name does not resolve; correct streamhosts or the DNS.`,
    };
  }
  return { result: 'unknown', text: `${told}, and this name cannot be resolved at present (${code}).` };
}

const SET = 'set streamhosts to an address that your users can reach.';
const CHECK = 'check listen, streamhosts and the firewall.';

function judgeFailure(trial: Trial): Finding {
  const { outcome } = trial;
  switch (outcome.kind) {
    case 'accepted':
      return { result: 'not-us', text: `${name(trial)}, where another SOCKS5 proxy answers; ${CHECK}` };
    case 'refused':
      return {
        result: 'not-us',
        text: `${name(trial)}, where something else answers, which ${outcome.how}; ${CHECK}`,
      };
    case 'silent':
      return {
        result: 'unreachable',
        text: `${name(trial)}, which takes connections and does not answer; ${CHECK}`,
      };
    case 'no-connection':
      return {
        result: 'unreachable',
        text: `${name(trial)}, which takes no connections (${outcome.code}); ${CHECK}`,
      };
  }
}

/** Many routers lead nobody back in who comes from inside. */
function cannotTell(trial: Trial): Finding {
  const code = trial.outcome.kind === 'no-connection' ? ` (${trial.outcome.code})` : '';
  const text =
    `${name(trial)}, which cannot be reached from here${code}; behind a router without hairpin NAT that says ` +
    'nothing about clients: try it from outside.';
  return { result: 'unknown', text };
}

function name({ told: { host, port }, address }: Trial): string {
  const told = `Clients are told ${formatAddress(host, port)}`;
  return host === address ? told : `${told}, that is ${address}`;
}
