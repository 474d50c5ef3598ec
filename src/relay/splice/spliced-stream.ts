// A running stream of the zero-copy engine, on the main thread: it owns both descriptors that a worker moves bytes
// between, reads its counters, and closes both when they are given back. [S5B-P-47] [S5B-P-80]

import type { ByteCounts, Clock, Rate, RelayedStream, StreamEnd } from '../../rendezvous/ports.ts';
import type { CounterSlots } from './counters.ts';

export interface StreamParts {
  readonly slots: CounterSlots;
  readonly clock: Clock;
  /** How long a half-closed stream may go without a byte, in milliseconds. */
  readonly halfCloseMs: number;
  draw(slot: number, rates: readonly Rate[]): void;
  /** Asks the worker for the descriptors back. */
  abort(slot: number): void;
  /** Closes a descriptor, with FIN or with RST. */
  close(fd: number, how: 'finish' | 'reset'): void;
}

export class SplicedStream implements RelayedStream {
  readonly slot: number;
  readonly #first: number;
  readonly #second: number;
  readonly #parts: StreamParts;
  #listener: ((reason: StreamEnd) => void) | undefined;
  #reason: StreamEnd | undefined;
  #final: ByteCounts | undefined;
  #cancelTimer: (() => void) | undefined;

  /** @param first descriptors, of both sides */
  constructor(first: number, second: number, parts: StreamParts) {
    this.slot = parts.slots.take();
    this.#first = first;
    this.#second = second;
    this.#parts = parts;
  }

  /** No array of its own: there may be thousands of streams. */
  get fds(): readonly [number, number] {
    return [this.#first, this.#second];
  }

  bytes(): ByteCounts {
    return this.#final ?? this.#parts.slots.bytes(this.slot);
  }

  onEnd(listener: (reason: StreamEnd) => void): void {
    const reason = this.#final && this.#reason;
    if (reason) queueMicrotask(() => listener(reason));
    else this.#listener = listener;
  }

  draw(rates: readonly Rate[]): void {
    if (!this.#final) this.#parts.draw(this.slot, rates);
  }

  abort(reason: StreamEnd): void {
    if (this.#final || this.#reason) return;
    this.#reason = reason;
    this.#parts.abort(this.slot);
  }

  /** A side has sent FIN when so many bytes had been moved. */
  onHalfClosed(moved: number): void {
    this.#cancelTimer?.();
    this.#cancelTimer = this.#parts.clock.after(this.#parts.halfCloseMs, () => {
      const now = this.#parts.slots.moved(this.slot);
      if (now === moved) this.abort('half-close-timeout');
      else this.onHalfClosed(now);
    });
  }

  /** The worker has given both descriptors back, or has ended itself. */
  onEnded(told: StreamEnd): void {
    if (this.#final) return;
    this.#cancelTimer?.();
    this.#final = this.bytes();
    this.#parts.slots.give(this.slot);
    const reason = this.#reason ?? told;
    this.#reason = reason;
    for (const fd of this.fds) this.#parts.close(fd, reason === 'finished' ? 'finish' : 'reset');
    this.#listener?.(reason);
  }
}
