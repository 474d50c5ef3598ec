// A running stream in its worker: two connections, two directions, one end. [XEP-0065 §6.3.5] [S5B-P-80] [S5B-P-81]
//
// The rules are those of the portable engine (socket-stream.ts); only who tells about FIN and RST differs.

import type { StreamEnd } from '../../rendezvous/ports.ts';
import type { Pace } from '../pace.ts';
import type { Pacing } from '../pacing.ts';
import { DirectionCounter, FIRST_TO_SECOND, SECOND_TO_FIRST } from './counters.ts';
import { Direction, type DirectionOwner } from './direction.ts';
import type { EventLoop } from './event-loop.ts';
import { Epoll, Errno, Socket } from './linux.ts';
import type { Plumbing } from './plumbing.ts';
import type { JoinOrder } from './protocol.ts';
import type { RunQueue } from './run-queue.ts';
import { Side, type SideOwner } from './side.ts';
import { socketError } from './socket-options.ts';

/** Whom a pair tells what happens to it. */
export interface PairObserver {
  onHalfClosed(slot: number, moved: number): void;
  onEnded(slot: number, reason: StreamEnd): void;
}

export interface PairParts extends Plumbing {
  readonly loop: EventLoop;
  readonly queue: RunQueue;
  readonly observer: PairObserver;
}

export class SplicedPair implements SideOwner, DirectionOwner {
  readonly #slot: number;
  readonly #parts: PairParts;
  readonly #first: Side;
  readonly #second: Side;
  readonly #forth: Direction;
  readonly #back: Direction;
  readonly #pacing: Pacing;
  hasEnded = false;

  /** Starts to move at once. */
  constructor(
    { slot, first, second, early }: JoinOrder,
    page: BigInt64Array,
    pacing: Pacing,
    parts: PairParts,
  ) {
    this.#slot = slot;
    this.#parts = parts;
    this.#pacing = pacing;
    const one = new Side(first, this);
    const two = new Side(second, this);
    const forth = new DirectionCounter(page, slot, FIRST_TO_SECOND);
    const back = new DirectionCounter(page, slot, SECOND_TO_FIRST);
    this.#first = one;
    this.#second = two;
    this.#forth = new Direction(one, two, early[0], forth, this, parts);
    this.#back = new Direction(two, one, early[1], back, this, parts);
    one.listen(parts.loop, true);
    two.listen(parts.loop, true);
  }

  get pace(): Pace | undefined {
    return this.#pacing.pace;
  }

  /** Draws from other rates from now on: a direction that waited for its turn tries again. */
  draw(rates: readonly number[]): void {
    this.#pacing.draw(rates);
    this.#parts.queue.add(this.#forth);
    this.#parts.queue.add(this.#back);
  }

  onTurn(direction: Direction): void {
    this.#parts.queue.add(direction);
  }

  listenTo(side: Side, toInput: boolean): void {
    side.listen(this.#parts.loop, toInput);
  }

  onEvents(side: Side, events: number): void {
    const { libc, queue } = this.#parts;
    if (events & Epoll.ERR) {
      const errno = socketError(libc, side.fd);
      if (errno !== 0) this.onFailure(side, errno);
      if (this.hasEnded) return;
    } else if (events & Epoll.RDHUP) side.hasFinished = true;
    if (events & (Epoll.IN | Epoll.RDHUP | Epoll.HUP)) {
      side.readable = true;
      queue.add(this.#outOf(side));
    }
    if (events & Epoll.OUT) {
      side.writable = true;
      queue.add(this.#into(side));
    }
  }

  onDone(direction: Direction): void {
    const { libc, observer, queue } = this.#parts;
    const isLast = this.#forth.isDone && this.#back.isDone;
    // Told before the FIN is passed on: whoever acts on the FIN finds it known.
    if (!isLast) observer.onHalfClosed(this.#slot, this.#forth.counter.moved + this.#back.counter.moved);
    libc.shutdown(direction.sink.fd, Socket.SHUT_WR);
    if (isLast) this.end('finished');
    else if (direction.source.isDead) queue.add(this.#into(direction.source));
  }

  /**
   * A side is gone. If it had sent its FIN, what it said was whole and is delivered to the last byte; only then,
   * and only if the other side still talks to it, is that one reset, as it would be without us.
   */
  onFailure(side: Side, errno: number): void {
    const other = side === this.#first ? this.#second : this.#first;
    // The kernel says EPIPE for a reset that follows a FIN.
    const hadFinished = side.hasFinished || errno === Errno.EPIPE || this.#outOf(side).isDone;
    if (!hadFinished || other.isDead || side.isDead) {
      this.end('reset');
      return;
    }
    side.isDead = true;
    side.readable = true;
    this.#into(side).drop();
    this.#parts.queue.add(this.#outOf(side));
    this.#parts.queue.add(this.#into(side));
  }

  onDeadSink(direction: Direction): void {
    const { libc, scratch } = this.#parts;
    const { source, sink } = direction;
    if (!this.#outOf(sink).isDone || !source.readable) return;
    const seen = libc.recv(source.fd, scratch, 1, Socket.MSG_PEEK | Socket.MSG_DONTWAIT);
    if (seen === -1 && libc.errno() === Errno.EAGAIN) {
      source.readable = false;
      this.listenTo(source, true); // it may have been in line for its turn, where input is not heard
    } else this.end(seen === 0 ? 'finished' : 'reset');
  }

  /** Gives both connections back. Idempotent. */
  end(reason: StreamEnd): void {
    if (this.hasEnded) return;
    this.hasEnded = true;
    this.#forth.drop();
    this.#back.drop();
    this.#pacing.close();
    this.#first.leave(this.#parts.loop);
    this.#second.leave(this.#parts.loop);
    this.#parts.observer.onEnded(this.#slot, reason);
  }

  #outOf(side: Side): Direction {
    return side === this.#first ? this.#forth : this.#back;
  }

  #into(side: Side): Direction {
    return side === this.#first ? this.#back : this.#forth;
  }
}
