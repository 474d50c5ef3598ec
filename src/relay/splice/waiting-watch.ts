// The waiting connections of one worker, on the main thread: each is in the worker's epoll instance, asked for FIN and
// RST only, never read; or, where early bytes are thrown away, for these, too. [S5B-P-43..45]
//
// The main thread calls epoll_ctl itself, which the kernel lets any thread do: a message would wake the worker for
// every connection. That, and answering a join without waiting for the worker, took 140 µs of main-thread time and
// 100 µs of the worker's off a set-up (of 960 and 270). The worker reports what happens by tag.

import { control } from './event-loop.ts';
import { type Libc, SystemCallError } from './libc.ts';
import { Epoll } from './linux.ts';
import type { Lent } from './protocol.ts';
import type { SplicedPeer } from './spliced-peer.ts';

const ENDS = Epoll.RDHUP | Epoll.EDGE;

export class WaitingWatch {
  readonly #libc: Libc;
  readonly #events: number;
  readonly #peers = new Map<number, SplicedPeer>();
  #epoll: number | undefined;
  #lastTag = 0;

  /** @param toInput whether early bytes are reported, too */
  constructor(libc: Libc, toInput: boolean) {
    this.#libc = libc;
    this.#events = toInput ? ENDS | Epoll.IN : ENDS;
  }

  get size(): number {
    return this.#peers.size;
  }

  get peers(): SplicedPeer[] {
    return [...this.#peers.values()];
  }

  /** Who waits under a tag; undefined if that one has left, and the report came late. */
  peer(tag: number): SplicedPeer | undefined {
    return this.#peers.get(tag);
  }

  /** From now on in this epoll instance; undefined while there is none, and nothing is noticed. */
  use(epoll: number | undefined): void {
    this.#epoll = epoll;
    for (const [tag, peer] of this.#peers) {
      if (peer.fd !== undefined && !this.#watch({ fd: peer.fd, tag })) peer.onGone();
    }
  }

  /** Undefined when the kernel's limit of watched descriptors is reached: one connection's problem. */
  add(fd: number, peer: SplicedPeer): Lent | undefined {
    const lent = { fd, tag: ++this.#lastTag };
    if (!this.#watch(lent)) return undefined;
    this.#peers.set(lent.tag, peer);
    return lent;
  }

  /** Stays in the epoll instance, for the worker to watch as a part of a stream. */
  lend(lent: Lent): void {
    this.#peers.delete(lent.tag);
  }

  remove(lent: Lent): void {
    if (!this.#peers.delete(lent.tag) || this.#epoll === undefined) return;
    control(this.#libc, this.#epoll, Epoll.CTL_DEL, lent);
  }

  #watch(lent: Lent): boolean {
    if (this.#epoll === undefined) return true;
    try {
      control(this.#libc, this.#epoll, Epoll.CTL_ADD, lent, this.#events);
      return true;
    } catch (error) {
      if (error instanceof SystemCallError) return false;
      throw error;
    }
  }
}
