// One connection of a running stream, as its worker sees it: what the kernel has said about it so far.

import type { Watcher } from './event-loop.ts';
import { Epoll } from './linux.ts';

/** Edge-triggered: the kernel tells a change once, and the flags below remember it. */
export const SIDE_EVENTS = Epoll.IN | Epoll.OUT | Epoll.RDHUP | Epoll.EDGE;

export interface SideOwner {
  onEvents(side: Side, events: number): void;
}

export class Side implements Watcher {
  readonly fd: number;
  readonly #owner: SideOwner;
  /** Something may be there to read: bytes, a FIN or an error. */
  readable = false;
  /** The kernel may take something. */
  writable = true;
  /** It has sent FIN, which may still wait behind bytes that have not been read. */
  hasFinished = false;
  /** It was reset: nothing can be sent to it any more. */
  isDead = false;

  constructor(fd: number, owner: SideOwner) {
    this.fd = fd;
    this.#owner = owner;
  }

  onEvents(events: number): void {
    this.#owner.onEvents(this, events);
  }
}
