// One connection of a running stream, as its worker sees it: what the kernel has said about it so far.

import type { EventLoop, Watcher } from './event-loop.ts';
import { Epoll } from './linux.ts';
import type { Lent } from './protocol.ts';

/** Edge-triggered: the kernel tells a change once, and the flags below remember it. */
const ALL_EVENTS = Epoll.IN | Epoll.OUT | Epoll.RDHUP | Epoll.EDGE;
/** Without bytes that come in: whoever waits for its turn must not be woken by them. */
const NOT_INPUT = Epoll.OUT | Epoll.RDHUP | Epoll.EDGE;

export interface SideOwner {
  onEvents(side: Side, events: number): void;
}

export class Side implements Watcher, Lent {
  readonly fd: number;
  readonly tag: number;
  readonly #owner: SideOwner;
  #hearsInput = false;
  /** Something may be there to read: bytes, a FIN or an error. */
  readable = false;
  /** The kernel may take something. */
  writable = true;
  /** It has sent FIN, which may still wait behind bytes that have not been read. */
  hasFinished = false;
  /** It was reset: nothing can be sent to it any more. */
  isDead = false;

  constructor({ fd, tag }: Lent, owner: SideOwner) {
    this.fd = fd;
    this.tag = tag;
    this.#owner = owner;
  }

  onEvents(events: number): void {
    this.#owner.onEvents(this, events);
  }

  /** Told of all that happens, what is the case already included; or of all but input. */
  listen(loop: EventLoop, toInput: boolean): void {
    if (this.#hearsInput === toInput) return;
    this.#hearsInput = toInput;
    loop.watch(this, toInput ? ALL_EVENTS : NOT_INPUT, this);
  }

  leave(loop: EventLoop): void {
    loop.unwatch(this);
  }
}
