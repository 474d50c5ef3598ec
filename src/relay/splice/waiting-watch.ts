// A waiting connection in its worker: a descriptor in epoll, asked for FIN and RST only, never read. [S5B-P-43] [S5B-P-44]

import type { EventLoop, Watcher } from './event-loop.ts';
import type { Libc } from './libc.ts';
import { Epoll, Socket } from './linux.ts';

export interface WaitingObserver {
  onFinished(fd: number): void;
  /** It was reset, and is not watched any more. */
  onGone(fd: number): void;
}

export interface WaitingParts {
  readonly libc: Libc;
  readonly loop: EventLoop;
  readonly scratch: Uint8Array;
  readonly observer: WaitingObserver;
}

const ENDS_ONLY = Epoll.RDHUP | Epoll.EDGE;

/** As much as fits into a receive buffer; a sender that never pauses must not hold up the others. */
const MAX_LAST_READS = 128;

export class WaitingWatch implements Watcher {
  readonly fd: number;
  readonly #parts: WaitingParts;
  readonly #discard: boolean;
  #hasFinished = false;

  /** @param discard throw away what it sends [S5B-P-45] */
  constructor(fd: number, discard: boolean, parts: WaitingParts) {
    this.fd = fd;
    this.#parts = parts;
    this.#discard = discard;
    // Not edge-triggered while it is read: one read a turn is enough, and the kernel reminds us of the rest.
    parts.loop.watch(fd, discard ? Epoll.IN | Epoll.RDHUP : ENDS_ONLY, this);
  }

  onEvents(events: number): void {
    const { libc, loop, scratch, observer } = this.#parts;
    if (events & (Epoll.ERR | Epoll.HUP)) {
      loop.unwatch(this.fd);
      observer.onGone(this.fd);
      return;
    }
    if (events & Epoll.RDHUP && !this.#hasFinished) {
      this.#hasFinished = true;
      observer.onFinished(this.fd);
    }
    if (events & Epoll.IN && libc.recv(this.fd, scratch, scratch.length, Socket.MSG_DONTWAIT) === 0) {
      loop.watch(this.fd, ENDS_ONLY, this);
    }
  }

  /** It is about to be joined: what has come until now and is to be thrown away is, up to a bound. */
  settle(): void {
    if (!this.#discard) return;
    const { libc, scratch } = this.#parts;
    for (let reads = 0; reads < MAX_LAST_READS; reads++) {
      if (libc.recv(this.fd, scratch, scratch.length, Socket.MSG_DONTWAIT) <= 0) return;
    }
  }
}
