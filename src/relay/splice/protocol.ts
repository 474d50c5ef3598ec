// What the main thread and a relay worker say to each other. A connection is called by its tag, a number that is
// never given twice; a stream by its slot in the counters. Both ports keep the order.

import type { MessagePort } from 'node:worker_threads';
import type { StreamEnd } from '../../rendezvous/ports.ts';

/** A connection as a worker is told of it. */
export interface Lent {
  readonly fd: number;
  /** What the worker's epoll instance says when something happens to it. */
  readonly tag: number;
}

/** The tag of the eventfd that wakes a worker; connections are counted from 1. */
export const WAKE_TAG = 0;

export type ToWorker =
  /** Room for the counters of further streams: slots from `page * SLOTS_PER_PAGE`. */
  | { readonly kind: 'page'; readonly page: number; readonly counters: SharedArrayBuffer }
  /** Lends two connections, which are in its epoll instance already, and makes a stream of them. */
  | {
      readonly kind: 'join';
      readonly slot: number;
      readonly first: Lent;
      readonly second: Lent;
      /** Bytes that were read before the hand-over, of each; undefined is none. */
      readonly early: readonly [Uint8Array | undefined, Uint8Array | undefined];
      /** What it draws its bytes from: slots of the rates. */
      readonly rates: readonly number[];
    }
  /** Draws a stream's bytes from these rates instead, from now on; unless it has ended already. */
  | { readonly kind: 'draw'; readonly slot: number; readonly rates: readonly number[] }
  /** Asks for a stream's connections back; answered with `ended`, unless it has ended already. */
  | { readonly kind: 'abort'; readonly slot: number }
  | { readonly kind: 'stop' };

export type JoinOrder = Extract<ToWorker, { kind: 'join' }>;

export type FromWorker =
  /** The connection that waits, or waited, under this tag has sent bytes, which are to be thrown away. */
  | { readonly kind: 'early'; readonly tag: number }
  /** It has sent FIN. */
  | { readonly kind: 'finished'; readonly tag: number }
  /** It was reset. */
  | { readonly kind: 'gone'; readonly tag: number }
  /** A side has sent FIN when so many bytes had been moved in all. */
  | { readonly kind: 'half-closed'; readonly slot: number; readonly moved: number }
  /** Both connections of a stream are given back. */
  | { readonly kind: 'ended'; readonly slot: number; readonly reason: StreamEnd };

/** What a worker is given at its start. */
export interface WorkerStart {
  readonly port: MessagePort;
  /** The epoll instance that it waits on, with the eventfd in it that wakes it; the main thread closes both after it. */
  readonly epoll: number;
  readonly wake: number;
  /** 1 from the moment at which the eventfd is written until the worker reads its mail. */
  readonly woken: SharedArrayBuffer;
  /** Where it writes down the pipes that it makes, for the main thread to close after it. */
  readonly pipes: SharedArrayBuffer;
  /** Pipes that it may enlarge. */
  readonly largePipes: number;
  /** Where the rates are (policy/rate-slots.ts); undefined: no stream has any. */
  readonly rates: SharedArrayBuffer | undefined;
}
