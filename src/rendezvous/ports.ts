// What the rendezvous needs from the rooms around it: peers and an engine to join them, a clock, and someone to tell.

import type { Socket } from 'node:net';
import type { SessionKey } from '../wire/session-key.ts';

/**
 * A SOCKS connection that waits for its transfer to be activated.
 * open → finished (it sent FIN: its bytes and its FIN are still to be delivered) → gone (reset, or closed by us).
 */
export interface Peer {
  /** The address it came from, without port. */
  readonly remote: string;
  readonly condition: 'open' | 'finished' | 'gone';
  /** Registers the one listener for changes of `condition`. */
  onChange(listener: () => void): void;
  /** Ends the connection with a FIN and releases its socket. Idempotent. */
  close(): void;
}

/**
 * Bytes moved in each direction since the join; whole numbers, exact up to 2^53. Never fewer than the receiver
 * has got, nor more than the sender has sent; exact when the stream has finished.
 */
export interface ByteCounts {
  readonly firstToSecond: number;
  readonly secondToFirst: number;
}

/**
 * Why a stream ended: both sides sent FIN; one was reset (the other was reset, too); one stayed half-closed
 * without a byte for too long; no byte moved in either direction for too long; it ran longer than it may; its
 * requester's quota is used up; the daemon stopped; the engine failed.
 */
export type StreamEnd =
  | 'finished'
  | 'reset'
  | 'half-close-timeout'
  | 'idle-timeout'
  | 'duration-limit'
  | 'quota'
  | 'shutdown'
  | 'engine-failed';

/** Bytes a second, with a burst, that one or more streams share; what it stands for is known to policy/rate.ts. */
export interface Rate {
  /** Its slot in the memory that the engine shares with policy/rate.ts. */
  readonly index: number;
}

/** Two joined peers. The engine owns their sockets until `ended` resolves. */
export interface RelayedStream {
  /** Live: may be read at any moment, also after the end. */
  bytes(): ByteCounts;
  /** Resolves once, never rejects. */
  readonly ended: Promise<StreamEnd>;
  /** Resets both sides. Idempotent. */
  abort(reason: StreamEnd): void;
}

/** Thrown by `join` when a peer went away between look-up and join. [S5B-P-76] */
export class PeerGoneError extends Error {
  override readonly name = 'PeerGoneError';
}

/** Moves the bytes. One engine serves all streams of the daemon. */
export interface RelayEngine {
  readonly name: string;
  /**
   * Takes over a socket whose SOCKS reply has been written (it may not have been flushed yet).
   * @param early bytes that came glued to the CONNECT request [S5B-P-45]
   * @param remote the peer's address; default: the connection's own, which may be a load balancer's
   */
  hold(socket: Socket, early: Buffer, remote?: string): Peer;
  /**
   * Joins two peers of this engine; when the promise resolves, the relay is live. [S5B-P-46]
   * @param rates what the bytes of both directions are drawn from; default: nothing holds them back
   * @throws PeerGoneError if one is gone; the other one is then still the caller's
   */
  join(first: Peer, second: Peer, rates?: readonly Rate[]): Promise<RelayedStream>;
  /** Resets every stream, closes every peer. Idempotent. */
  close(): Promise<void>;
}

/** Time as the core sees it; injected, so that tests turn the hands. */
export interface Clock {
  /** Milliseconds, monotonic. */
  now(): number;
  /** Calls back once after `ms` milliseconds; the returned function cancels. */
  after(ms: number, callback: () => void): () => void;
}

/** The two parties of an activation, as the requester's server spelled them. */
export interface Parties {
  readonly requester: string;
  readonly target: string;
}

/** Whoever asks for a stream, with the addresses of the two connections that wait for it. */
export interface Applicant extends Parties {
  readonly first: string;
  readonly second: string;
}

/** Why one requester gets no stream although there is room for others. */
export type AdmissionRefusal = 'over-user-limit' | 'over-domain-limit' | 'quota';

/** What one stream may do. Whoever gets one releases it, once. */
export interface Grant {
  /** The class that the requester fell in. */
  readonly className: string;
  /** What its bytes are drawn from. */
  readonly rates: readonly Rate[];
  /** How long it may go without a byte in either direction, and how long in all; milliseconds, or Infinity. */
  readonly idleMs: number;
  readonly durationMs: number;
  /** Told about once a second while it runs, and at its end: the bytes moved since. `quota` ends the stream. */
  charge(bytes: number): 'go-on' | 'quota';
  release(): void;
}

export type AdmissionVerdict =
  | { readonly ok: true; readonly grant: Grant }
  | { readonly ok: false; readonly reason: AdmissionRefusal; readonly text?: string };

/** Asked at the activation of a complete pair. */
export interface Admission {
  /** To be awaited before `admit`, if there is anything to await. Never rejects. */
  prepare?(applicant: Applicant): Promise<void> | undefined;
  admit(applicant: Applicant): AdmissionVerdict;
}

export type JoinRefusal = 'taken' | 'over-limit' | 'over-address-limit' | 'draining';
/** `selfCheck`: it was our own connection, and holds no slot. */
export type JoinVerdict =
  | { readonly ok: true; readonly selfCheck?: true }
  | { readonly ok: false; readonly reason: JoinRefusal };

export type ActivationRefusal =
  | 'unknown'
  | 'peer-missing'
  | 'peer-gone'
  | 'taken'
  | 'over-limit'
  | AdmissionRefusal
  | 'draining';
export type ActivationVerdict =
  | { readonly ok: true }
  | {
      readonly ok: false;
      readonly reason: ActivationRefusal;
      /** For the requester, where there is more to say than the reason. */
      readonly text?: string;
    };

/** The centre: who waits for whom. */
export interface Rendezvous {
  /**
   * Asks for a slot under a key; `admit` is called at once, and only if there is one, to answer and hold the peer.
   * @param remote the peer's address
   */
  join(key: SessionKey, remote: string, admit: () => Peer): JoinVerdict;
  /** Joins the pair under the first of the keys that has anyone waiting. Rejects only on an internal failure. */
  activate(keys: readonly SessionKey[], parties: Parties): Promise<ActivationVerdict>;
  /** Closes whoever waits (not an active stream) under the keys: their requester was refused. [S5B-P-71] */
  dismiss(keys: readonly SessionKey[]): void;
  /** No new transfer is taken any more. [S5B-P-88] */
  readonly draining: boolean;
}

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

/** Live readings, taken when someone asks. */
export interface Readings {
  connectionsWaiting(): number;
  streamsActive(): number;
  /** Bytes relayed since the start, those of running streams included. */
  relayed(): ByteCounts;
}

/** By its key in the configuration. */
export type LimitName =
  | 'handshakes'
  | 'waiting'
  | 'waitingPerAddress'
  | 'connectionsPerSecond'
  | 'streams'
  | 'streamsPerUser'
  | 'streamsPerDomain';

/** A limit that is in force; Infinity: there is none. */
export interface LimitReading {
  readonly name: LimitName;
  readonly limit: number;
  /** What is taken of it; of a limit for each person, domain or address by whoever has most. */
  readonly used?: number;
}

/** The same with the streams one by one. */
export interface LiveReadings extends Readings {
  /** At most so many of the running streams, those that began last first. */
  running(most: number): RunningStream[];
}

/** A stream that runs, as whoever watches sees it. */
export interface RunningStream extends Parties {
  readonly className: string;
  /** Both directions. */
  readonly bytes: number;
  /** Over the last second. */
  readonly bytesPerSecond: number;
  readonly ageMs: number;
}

/** The same of the quotas. */
export interface QuotaReadings {
  /** The highest share of any quota that is used; 1 and more: used up. */
  readonly highestShare: number;
  readonly unwrittenBytes: number;
  readonly uncountedBytes: number;
  /** Calls of the store since the start: batches written, and whatever failed. */
  readonly writes: number;
  readonly failures: number;
}
