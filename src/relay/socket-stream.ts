// A running stream of the portable engine: two sockets, two pumps, one end. [XEP-0065 §6.3.5] [S5B-P-80] [S5B-P-81]

import type { Socket } from 'node:net';
import type { ByteCounts, Clock, Rate, RelayedStream, StreamEnd } from '../rendezvous/ports.ts';
import { reset } from '../sockets/reset.ts';
import type { Pacing } from './pacing.ts';
import { Pump } from './pump.ts';

export interface SocketStreamOptions {
  readonly clock: Clock;
  /** How long a half-closed stream may go without a byte, in milliseconds; asked when it begins. */
  halfCloseMs(): number;
  readonly pacing: Pacing;
}

export class SocketStream implements RelayedStream {
  /** Never rejects. */
  readonly ended: Promise<StreamEnd>;
  readonly #first: Socket;
  readonly #second: Socket;
  readonly #forth: Pump;
  readonly #back: Pump;
  readonly #pacing: Pacing;
  readonly #clock: Clock;
  readonly #halfCloseMs: () => number;
  #reason: StreamEnd | undefined;
  #hasEnded = false;
  #cancelTimer: (() => void) | undefined;

  constructor(first: Socket, second: Socket, { clock, halfCloseMs, pacing }: SocketStreamOptions) {
    this.#first = first;
    this.#second = second;
    this.#pacing = pacing;
    this.#clock = clock;
    this.#halfCloseMs = halfCloseMs;
    const options = { pacing, onSinkGone: () => this.abort('reset') };
    this.#forth = new Pump(first, second, options);
    this.#back = new Pump(second, first, options);
    this.#watch(first, this.#forth, second);
    this.#watch(second, this.#back, first);
    this.ended = Promise.all([closed(first), closed(second)]).then(() => {
      this.#cancelTimer?.();
      pacing.close();
      this.#hasEnded = true;
      return this.#reason ?? 'finished';
    });
  }

  onEnd(listener: (reason: StreamEnd) => void): void {
    void this.ended.then(listener);
  }

  bytes(): ByteCounts {
    return { firstToSecond: this.#forth.bytes, secondToFirst: this.#back.bytes };
  }

  /** The early bytes of both, before what is read from now on. */
  prime(fromFirst: Buffer, fromSecond: Buffer): void {
    this.#forth.prime(fromFirst);
    this.#back.prime(fromSecond);
  }

  /** The first peer sent bytes; false: do not read from it yet. */
  fromFirst(bytes: Buffer): boolean {
    return this.#forth.onRead(bytes);
  }

  /** The second peer sent bytes; false: do not read from it yet. */
  fromSecond(bytes: Buffer): boolean {
    return this.#back.onRead(bytes);
  }

  draw(rates: readonly Rate[]): void {
    if (this.#hasEnded) return;
    this.#pacing.draw(rates.map(({ index }) => index));
    this.#forth.repace();
    this.#back.repace();
  }

  abort(reason: StreamEnd): void {
    this.#reason ??= reason;
    reset(this.#first);
    reset(this.#second);
  }

  /** `out` carries what this side sends. */
  #watch(side: Socket, out: Pump, other: Socket): void {
    side.on('end', () => this.#startHalfCloseTimer());
    side.on('error', () => {
      if (out.ended && !other.destroyed) this.#outlive(other);
      else this.abort('reset');
    });
  }

  /**
   * The other side's peer is gone, but had sent its FIN: what it said was whole and is delivered to the last
   * byte. Only then, and only if this side still talks to it, is this side reset, as it would be without us.
   */
  #outlive(side: Socket): void {
    side.pause();
    if (side.writableFinished) side.resume();
    else side.once('finish', () => side.resume());
  }

  #startHalfCloseTimer(): void {
    this.#cancelTimer?.();
    const before = this.#moved();
    this.#cancelTimer = this.#clock.after(this.#halfCloseMs(), () => {
      if (this.#moved() === before) this.abort('half-close-timeout');
      else this.#startHalfCloseTimer();
    });
  }

  #moved(): number {
    return this.#forth.bytes + this.#back.bytes;
  }
}

function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.once('close', () => resolve()));
}
