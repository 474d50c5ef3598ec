// What a worker waits on: descriptors and, when something happens to one, who is told.

import { type Libc, must, SystemCallError } from './libc.ts';
import { EPOLL_EVENT, Epoll, Errno } from './linux.ts';

/** Whoever watches a descriptor. */
export interface Watcher {
  /** @param events the bits of `Epoll` that came */
  onEvents(events: number): void;
}

/** Events taken in one call. */
const BATCH = 128;

const FOREVER_MS = -1;

export class EventLoop {
  readonly #libc: Libc;
  readonly #epoll: number;
  readonly #watchers = new Map<number, Watcher>();
  readonly #events = new DataView(new ArrayBuffer(BATCH * EPOLL_EVENT.size));
  readonly #batch = new Uint8Array(this.#events.buffer);
  readonly #one = new DataView(new ArrayBuffer(EPOLL_EVENT.size));
  readonly #oneBytes = new Uint8Array(this.#one.buffer);

  constructor(libc: Libc, epoll: number) {
    this.#libc = libc;
    this.#epoll = epoll;
  }

  /** Descriptors that are watched. */
  get size(): number {
    return this.#watchers.size;
  }

  watcher(fd: number): Watcher | undefined {
    return this.#watchers.get(fd);
  }

  /** Watches a descriptor, or watches it for other events or another watcher; what is the case already is told, too. */
  watch(fd: number, events: number, watcher: Watcher): void {
    const operation = this.#watchers.has(fd) ? Epoll.CTL_MOD : Epoll.CTL_ADD;
    this.#one.setUint32(0, events, true);
    this.#one.setInt32(EPOLL_EVENT.data, fd, true);
    must(this.#libc, 'epoll_ctl', this.#libc.epollControl(this.#epoll, operation, fd, this.#oneBytes));
    this.#watchers.set(fd, watcher);
  }

  unwatch(fd: number): void {
    if (!this.#watchers.delete(fd)) return;
    must(this.#libc, 'epoll_ctl', this.#libc.epollControl(this.#epoll, Epoll.CTL_DEL, fd, this.#oneBytes));
  }

  /** Tells the watchers what has happened; waits until something happens, or only looks. */
  turn(wait: boolean): void {
    const count = this.#libc.epollWait(this.#epoll, this.#batch, BATCH, wait ? FOREVER_MS : 0);
    if (count === -1) {
      const errno = this.#libc.errno();
      if (errno === Errno.EINTR) return;
      throw new SystemCallError('epoll_wait', errno);
    }
    for (let i = 0; i < count; i++) {
      const at = i * EPOLL_EVENT.size;
      const fd = this.#events.getInt32(at + EPOLL_EVENT.data, true);
      // Nobody: an earlier event of this batch has ended its stream.
      this.#watchers.get(fd)?.onEvents(this.#events.getUint32(at, true));
    }
  }
}
