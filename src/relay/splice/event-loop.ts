// What a worker waits on: descriptors and, when something happens to one, who is told.
//
// The main thread has put every descriptor into the epoll instance, and waiting connections are watched by nobody
// here: of them the worker only reports (`onStranger`). A tag is never given twice, so an event that comes late,
// for a connection whose number another one has meanwhile, is nobody's.

import { type Libc, must, SystemCallError } from './libc.ts';
import { EPOLL_EVENT, Epoll, Errno } from './linux.ts';
import type { Lent } from './protocol.ts';

/** Whoever watches a descriptor. */
export interface Watcher {
  /** @param events the bits of `Epoll` that came */
  onEvents(events: number): void;
}

/** Events taken in one call. */
const BATCH = 128;

/** Adds a descriptor to an epoll instance, changes what is asked of it, or removes it. @throws SystemCallError */
export function control(libc: Libc, epoll: number, operation: number, { fd, tag }: Lent, events = 0): void {
  event.setUint32(0, events, true);
  event.setFloat64(EPOLL_EVENT.data, tag, true);
  must(libc, 'epoll_ctl', libc.epollControl(epoll, operation, fd, eventBytes));
}

const event = new DataView(new ArrayBuffer(EPOLL_EVENT.size));
const eventBytes = new Uint8Array(event.buffer);

export class EventLoop {
  readonly #libc: Libc;
  readonly #epoll: number;
  readonly #watchers = new Map<number, Watcher>();
  readonly #events = new DataView(new ArrayBuffer(BATCH * EPOLL_EVENT.size));
  readonly #batch = new Uint8Array(this.#events.buffer);
  readonly #onStranger: (tag: number, events: number) => void;

  /** @param onStranger is told what happens to a descriptor that nobody watches here */
  constructor(libc: Libc, epoll: number, onStranger: (tag: number, events: number) => void) {
    this.#libc = libc;
    this.#epoll = epoll;
    this.#onStranger = onStranger;
  }

  /** Watches what is in the epoll instance already; what is the case already is told, too. */
  watch(lent: Lent, events: number, watcher: Watcher): void {
    control(this.#libc, this.#epoll, Epoll.CTL_MOD, lent, events);
    this.#watchers.set(lent.tag, watcher);
  }

  unwatch(lent: Lent): void {
    if (this.#watchers.delete(lent.tag)) control(this.#libc, this.#epoll, Epoll.CTL_DEL, lent);
  }

  /**
   * Tells the watchers what has happened, or what happens next.
   * @param waitMs how long to wait for that: 0 is not at all, -1 for ever
   */
  turn(waitMs: number): void {
    const count = this.#libc.epollWait(this.#epoll, this.#batch, BATCH, waitMs);
    if (count === -1) {
      const errno = this.#libc.errno();
      if (errno === Errno.EINTR) return;
      throw new SystemCallError('epoll_wait', errno);
    }
    for (let i = 0; i < count; i++) {
      const at = i * EPOLL_EVENT.size;
      const tag = this.#events.getFloat64(at + EPOLL_EVENT.data, true);
      const events = this.#events.getUint32(at, true);
      const watcher = this.#watchers.get(tag);
      if (watcher) watcher.onEvents(events);
      else this.#onStranger(tag, events);
    }
  }
}
