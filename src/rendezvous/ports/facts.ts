// What happened, for log, metrics and whoever else is told.

import type { SessionKey } from '../../wire/session-key.ts';
import type { Parties } from './admission.ts';
import type { ByteCounts, StreamEnd } from './engine.ts';
import type { ActivationRefusal } from './rendezvous.ts';

/** How a SOCKS handshake ended. */
export type HandshakeResult =
  | 'accepted' // REP 00
  | 'self-check' // REP 00, to ourselves
  | 'no-acceptable-method' // 05 FF
  | 'not-socks5' // closed without an answer
  | 'command-not-supported' // REP 07
  | 'address-type-not-supported' // REP 08
  | 'not-a-session-key' // REP 02
  | 'taken' // REP 02
  | 'over-limit' // REP 01
  | 'over-address-limit' // REP 02, or closed without an answer when it is one of too many handshakes
  | 'too-fast' // closed without an answer
  | 'bad-proxy-header' // closed without an answer
  | 'draining' // REP 01
  | 'failed' // REP 01
  | 'timed-out'
  | 'aborted'; // the peer left

/** How an activation (or an address query) was answered; the refusals that come from outside the rendezvous are here, too. */
export type RequestResult = 'ok' | ActivationRefusal | 'forbidden' | 'bad-request' | 'no-address' | 'failed';

/** A finished stream, as the log tells it. Durations in milliseconds. */
export interface StreamSummary extends Parties {
  readonly key: SessionKey;
  readonly bytes: ByteCounts;
  readonly durationMs: number;
  /** Addresses of the peer that connected first and of the other one; nothing on the wire says which is the requester. */
  readonly first: string;
  readonly second: string;
  readonly className: string;
  readonly reason: StreamEnd;
}

/** What the proxy found out about one of the addresses that clients are told, the better the further up. */
export type SelfCheckResult =
  | 'ok'
  | 'unknown' // a network address translator may be in the way of ourselves alone
  | 'private' // answered, but only its own network reaches it
  | 'loopback' // answered, but only this machine reaches it
  | 'unresolvable'
  | 'unreachable'
  | 'not-us'; // something else answered

/** Something that happened; metrics count facts, the log tells them. No fact carries a sid or a payload. */
export type Fact =
  | { readonly kind: 'listening'; readonly host: string; readonly port: number }
  | { readonly kind: 'stopped-listening'; readonly host: string; readonly port: number }
  | { readonly kind: 'accept-failed'; readonly host: string; readonly port: number; readonly error: Error }
  | {
      readonly kind: 'handshake';
      readonly result: HandshakeResult;
      readonly remote: string;
      readonly error?: Error;
    }
  | {
      readonly kind: 'waiting-ended';
      readonly key: SessionKey;
      readonly remote: string;
      readonly why: 'expired' | 'gone' | 'replaced' | 'dismissed' | 'shutdown';
    }
  | { readonly kind: 'address-query'; readonly result: RequestResult; readonly requester: string }
  | {
      readonly kind: 'activation';
      readonly result: RequestResult;
      readonly requester: string;
      readonly target: string;
      readonly error?: Error;
    }
  | {
      readonly kind: 'stream-opened';
      readonly key: SessionKey;
      /** From the first of its two connections to the running relay. */
      readonly setupMs: number;
      readonly requester: string;
      readonly target: string;
    }
  | { readonly kind: 'stream-closed'; readonly summary: StreamSummary }
  | {
      readonly kind: 'xmpp-online';
      readonly domain: string;
      readonly service: string;
      readonly reconnect: boolean;
    }
  | {
      readonly kind: 'xmpp-offline';
      readonly reason: string;
      readonly advice?: string;
      readonly retryInMs?: number;
      /** We left; nothing is wrong. */
      readonly deliberate?: true;
    }
  | { readonly kind: 'xmpp-warning'; readonly message: string; readonly error?: Error }
  | {
      readonly kind: 'relay-worker-died';
      readonly error: Error;
      /** Streams that died with it. */
      readonly streams: number;
    }
  | {
      readonly kind: 'self-check';
      /** The worst of all addresses. */
      readonly result: SelfCheckResult;
      /** A sentence about each address that is not in order. */
      readonly findings: readonly string[];
      /** Otherwise than the last time. */
      readonly changed: boolean;
    }
  | {
      readonly kind: 'reloaded';
      /** The keys whose values differ, and those among them that stay as they were until a restart. */
      readonly changed: readonly string[];
      readonly needRestart: readonly string[];
      /** Listeners that are to be open. */
      readonly listeners: number;
      /** Whether the self-check is done. */
      readonly selfCheck: boolean;
    }
  | { readonly kind: 'reload-rejected'; readonly reasons: readonly string[] }
  | { readonly kind: 'audit-failed'; readonly file: string; readonly error: Error }
  /** The file takes lines again; so many were lost meanwhile. */
  | { readonly kind: 'audit-resumed'; readonly file: string; readonly lost: number }
  /** What quotas count is not kept: told once, until it is kept again. */
  | {
      readonly kind: 'store-failed';
      readonly operation: 'read' | 'write' | 'forget' | 'close';
      readonly error: Error;
    }
  | {
      readonly kind: 'store-recovered';
      readonly operation: 'read' | 'write' | 'forget' | 'close';
      readonly failedForMs: number;
    }
  | {
      readonly kind: 'draining';
      readonly streams: number;
      /** Connections that wait. */
      readonly waiting: number;
      readonly graceMs: number;
    }
  | {
      readonly kind: 'drain-progress';
      readonly streams: number;
      readonly waiting: number;
      /** Until the rest is cut. */
      readonly leftMs: number;
    }
  | { readonly kind: 'stopped'; readonly unfinished: number };

/** Someone to tell. Must not throw. */
export interface Observer {
  observe(fact: Fact): void;
}
