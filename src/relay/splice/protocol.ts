// What the main thread and a relay worker say to each other. A connection is called by its descriptor, which is
// unique as long as it is lent; a stream by its slot in the counters. Both ports keep the order.

import type { MessagePort } from 'node:worker_threads';
import type { StreamEnd } from '../../rendezvous/ports.ts';

export type ToWorker =
  /** Room for the counters of further streams: slots from `page * SLOTS_PER_PAGE`. */
  | { readonly kind: 'page'; readonly page: number; readonly counters: SharedArrayBuffer }
  /** Lends a waiting connection. */
  | { readonly kind: 'watch'; readonly fd: number; readonly discard: boolean }
  /** Asks for it back; answered with `released`, unless it has been given back already. */
  | { readonly kind: 'release'; readonly fd: number }
  /** Makes a stream of two watched connections; answered with `joined` or `refused`. */
  | {
      readonly kind: 'join';
      readonly slot: number;
      readonly first: number;
      readonly second: number;
      /** Bytes that were read before the hand-over, of each; undefined is none. */
      readonly early: readonly [Uint8Array | undefined, Uint8Array | undefined];
    }
  /** Asks for a stream's connections back; answered with `ended`, unless it has ended already. */
  | { readonly kind: 'abort'; readonly slot: number }
  | { readonly kind: 'stop' };

export type FromWorker =
  /** A waiting connection has sent FIN. */
  | { readonly kind: 'finished'; readonly fd: number }
  /** A waiting connection is given back: reset by its peer (`gone`), or as asked. */
  | { readonly kind: 'released'; readonly fd: number; readonly gone: boolean }
  | { readonly kind: 'joined'; readonly slot: number }
  /** One of the two is gone; the other one is still watched. */
  | { readonly kind: 'refused'; readonly slot: number }
  /** A side has sent FIN when so many bytes had been moved in all. */
  | { readonly kind: 'half-closed'; readonly slot: number; readonly moved: number }
  /** Both connections of a stream are given back. */
  | { readonly kind: 'ended'; readonly slot: number; readonly reason: StreamEnd };

/** What a worker is given at its start. */
export interface WorkerStart {
  readonly port: MessagePort;
  /** The epoll instance that it waits on, and the eventfd that wakes it; the main thread closes both after it. */
  readonly epoll: number;
  readonly wake: number;
  /** Where it writes down the pipes that it makes, for the main thread to close after it. */
  readonly pipes: SharedArrayBuffer;
  /** Pipes that it may enlarge. */
  readonly largePipes: number;
}
