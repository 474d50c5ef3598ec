// One direction of a stream: what the source sends goes to the sink, then its FIN. [S5B-P-48] [S5B-P-80]
//
//      source ──onread──▶ one buffer ──pace──▶ write ──▶ sink
//         ▲                                               │
//         └── resume ◀────── drain (buffer is free) ──────┘
//
// The buffer is the only memory of a direction: the source is not read while the sink has not taken all of it, or
// may not have it yet.

import type { Socket } from 'node:net';
import type { Waiter } from './pace.ts';
import type { Pacing } from './pacing.ts';

export interface PumpOptions {
  readonly pacing: Pacing;
  /** Nobody takes these bytes any more. */
  onSinkGone(): void;
}

export class Pump implements Waiter {
  readonly #source: Socket;
  readonly #sink: Socket;
  readonly #options: PumpOptions;
  /** Read, but not written yet. */
  #rest: Buffer | undefined;
  #accepted = 0;
  #blocked = false;
  #ended = false;

  constructor(source: Socket, sink: Socket, options: PumpOptions) {
    this.#source = source;
    this.#sink = sink;
    this.#options = options;
    sink.on('drain', () => this.#unblock());
    source.on('end', () => this.#end());
  }

  /** Bytes that the sink's kernel buffer has taken; exact once the direction has ended. */
  get bytes(): number {
    return this.#accepted - this.#sink.writableLength;
  }

  /** The source has sent FIN. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Early bytes, before anything that is read. */
  prime(bytes: Buffer): void {
    if (bytes.length > 0 && !this.onRead(bytes)) this.#source.pause();
  }

  /** Bytes have been read into the buffer; false: the buffer is still in use, do not read again yet. */
  onRead(bytes: Buffer): boolean {
    this.#rest = bytes;
    return this.#write();
  }

  resume(): void {
    if (this.#write()) this.#source.resume();
  }

  /** The pace is another one: what waited for its turn tries again. */
  repace(): void {
    if (this.#rest) this.resume();
  }

  /** As much as the pace allows and the sink takes; true when nothing is left. */
  #write(): boolean {
    const { onSinkGone, pacing } = this.#options;
    const { pace } = pacing;
    while (this.#rest && !this.#blocked) {
      if (this.#sink.destroyed) {
        onSinkGone();
        return false;
      }
      const allowed = pace ? pace.take(this.#rest.length, this) : this.#rest.length;
      if (allowed === 0) return false;
      this.#accepted += allowed;
      this.#sink.write(this.#rest.subarray(0, allowed));
      pace?.spend(allowed);
      this.#rest = allowed < this.#rest.length ? this.#rest.subarray(allowed) : undefined;
      // With a high-water mark of 0 `write` always says false and 'drain' always follows; only the length tells.
      this.#blocked = this.#sink.writableLength > 0;
    }
    pace?.done(this);
    return !this.#blocked;
  }

  #unblock(): void {
    if (!this.#blocked) return;
    this.#blocked = false;
    this.resume();
  }

  #end(): void {
    this.#ended = true;
    this.#sink.end();
  }
}
