// What the rendezvous needs of a relay engine: it holds peers, and joins two of them.

import type { Socket } from 'node:net';

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

/** Two joined peers. The engine owns their sockets until the end. */
export interface RelayedStream {
  /** Live: may be read at any moment, also after the end. */
  bytes(): ByteCounts;
  /**
   * Registers the one listener for the end, which is called once, and never before this returns. A promise and what
   * resolves it would be four objects more of each of thousands of streams.
   */
  onEnd(listener: (reason: StreamEnd) => void): void;
  /** Draws the bytes of both directions from these rates instead, from now on; none: nothing holds them back. */
  draw(rates: readonly Rate[]): void;
  /** Resets both sides. Idempotent. */
  abort(reason: StreamEnd): void;
}

/** Thrown by `join` when a peer went away between look-up and join. [S5B-P-76] */
export class PeerGoneError extends Error {
  override readonly name = 'PeerGoneError';
}

/** How long an engine waits, in milliseconds. */
export interface EngineTimeouts {
  /** How long a half-closed stream may go without a byte. */
  readonly halfCloseMs: number;
  /** How long bytes may stay unacknowledged before a connection counts as lost; for an engine that can tell the system. */
  readonly userTimeoutMs: number;
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
  /** Other timeouts, for running streams, too. */
  reconfigure(timeouts: EngineTimeouts): void;
  /** Resets every stream, closes every peer. Idempotent. */
  close(): Promise<void>;
}
