// Carries out what the main thread asks a worker to do, and reports what happens there.

import type { MessagePort } from 'node:worker_threads';
import type { StreamEnd } from '../../rendezvous/ports.ts';
import { SLOTS_PER_PAGE } from './counters.ts';
import type { Plumbing } from './direction.ts';
import type { EventLoop } from './event-loop.ts';
import type { FromWorker, ToWorker } from './protocol.ts';
import type { RunQueue } from './run-queue.ts';
import { socketError } from './socket-options.ts';
import { type PairObserver, type PairOrder, SplicedPair } from './spliced-pair.ts';
import { type WaitingObserver, WaitingWatch } from './waiting-watch.ts';

export interface DeskParts extends Plumbing {
  readonly loop: EventLoop;
  readonly queue: RunQueue;
  readonly port: MessagePort;
}

export class Desk implements WaitingObserver, PairObserver {
  readonly #parts: DeskParts & { readonly observer: Desk };
  readonly #pages: BigInt64Array[] = [];
  readonly #pairs = new Map<number, SplicedPair>();
  isOpen = true;

  constructor(parts: DeskParts) {
    this.#parts = { ...parts, observer: this };
  }

  handle(message: ToWorker): void {
    switch (message.kind) {
      case 'page':
        this.#pages[message.page] = new BigInt64Array(message.counters);
        return;
      case 'watch':
        this.#watch(message.fd, message.discard);
        return;
      case 'release':
        this.#release(message.fd);
        return;
      case 'join':
        this.#join(message);
        return;
      case 'abort':
        this.#pairs.get(message.slot)?.end('shutdown');
        return;
      case 'stop':
        this.isOpen = false;
    }
  }

  onFinished(fd: number): void {
    this.#tell({ kind: 'finished', fd });
  }

  onGone(fd: number): void {
    this.#tell({ kind: 'released', fd, gone: true });
  }

  onHalfClosed(slot: number, moved: number): void {
    this.#tell({ kind: 'half-closed', slot, moved });
  }

  onEnded(slot: number, reason: StreamEnd): void {
    this.#pairs.delete(slot);
    this.#tell({ kind: 'ended', slot, reason });
  }

  #watch(fd: number, discard: boolean): void {
    try {
      new WaitingWatch(fd, discard, this.#parts);
    } catch {
      this.onGone(fd); // the kernel's limit of watched descriptors is reached: one connection's problem
    }
  }

  /** Unknown: it has been given back already, and the main thread will read so. */
  #release(fd: number): void {
    if (!(this.#parts.loop.watcher(fd) instanceof WaitingWatch)) return;
    this.#parts.loop.unwatch(fd);
    this.#tell({ kind: 'released', fd, gone: false });
  }

  #join(order: PairOrder): void {
    const page = this.#pages[Math.floor(order.slot / SLOTS_PER_PAGE)];
    // Both are asked, so that both are given back if both are gone.
    const waiting = [order.first, order.second].map((fd) => this.#living(fd));
    if (page === undefined || waiting.includes(undefined)) {
      this.#tell({ kind: 'refused', slot: order.slot });
      return;
    }
    for (const watch of waiting) watch?.settle();
    this.#pairs.set(order.slot, new SplicedPair(order, page, this.#parts));
    this.#tell({ kind: 'joined', slot: order.slot });
  }

  #living(fd: number): WaitingWatch | undefined {
    const { libc, loop } = this.#parts;
    const watch = loop.watcher(fd);
    if (!(watch instanceof WaitingWatch)) return undefined;
    if (socketError(libc, fd) === 0) return watch;
    loop.unwatch(fd);
    this.onGone(fd);
    return undefined;
  }

  #tell(message: FromWorker): void {
    this.#parts.port.postMessage(message);
  }
}
