// Carries out what the main thread asks a worker to do, and reports what happens there.

import type { MessagePort } from 'node:worker_threads';
import type { StreamEnd } from '../../rendezvous/ports.ts';
import { Pacing, type PacingParts } from '../pacing.ts';
import { SLOTS_PER_PAGE } from './counters.ts';
import type { EventLoop } from './event-loop.ts';
import { Epoll } from './linux.ts';
import type { Plumbing } from './plumbing.ts';
import type { FromWorker, JoinOrder, ToWorker } from './protocol.ts';
import type { RunQueue } from './run-queue.ts';
import { type PairObserver, SplicedPair } from './spliced-pair.ts';

export interface DeskParts extends Plumbing {
  readonly loop: EventLoop;
  readonly queue: RunQueue;
  /** Undefined: no stream has a rate. */
  readonly pacing: PacingParts | undefined;
  readonly port: MessagePort;
}

export class Desk implements PairObserver {
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
      case 'join':
        this.#join(message);
        return;
      case 'draw':
        this.#pairs.get(message.slot)?.draw(message.rates);
        return;
      case 'abort':
        this.#pairs.get(message.slot)?.end('shutdown');
        return;
      case 'stop':
        this.isOpen = false;
    }
  }

  /** Something happened to a waiting connection, which the main thread watches through us. */
  onStranger(tag: number, events: number): void {
    if (events & Epoll.IN) this.#tell({ kind: 'early', tag });
    if (events & (Epoll.ERR | Epoll.HUP)) this.#tell({ kind: 'gone', tag });
    else if (events & Epoll.RDHUP) this.#tell({ kind: 'finished', tag });
  }

  onHalfClosed(slot: number, moved: number): void {
    this.#tell({ kind: 'half-closed', slot, moved });
  }

  onEnded(slot: number, reason: StreamEnd): void {
    this.#pairs.delete(slot);
    this.#tell({ kind: 'ended', slot, reason });
  }

  #join(order: JoinOrder): void {
    const page = this.#pages[Math.floor(order.slot / SLOTS_PER_PAGE)];
    if (page === undefined) throw new RangeError(`there is no counter slot ${order.slot}`);
    const pacing = new Pacing(this.#parts.pacing, order.rates);
    this.#pairs.set(order.slot, new SplicedPair(order, page, pacing, this.#parts));
  }

  #tell(message: FromWorker): void {
    this.#parts.port.postMessage(message);
  }
}
