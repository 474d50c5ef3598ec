// One direction of a stream: what the source sends goes to the sink through the kernel, then its FIN. [S5B-P-48] [S5B-P-80]
//
//     source ──splice──▶ pipe ──splice──▶ sink
//                        └─ given back as soon as it is empty; kept only while the sink is blocked
//
// The source is not read while the sink is blocked: its bytes wait in its own kernel buffer, then at the sender.

import type { Pace, Waiter } from '../pace.ts';
import type { DirectionCounter } from './counters.ts';
import { Errno, Splice } from './linux.ts';
import type { Pipe } from './pipe-pool.ts';
import { copy, drain, type Plumbing, SEND_FLAGS } from './plumbing.ts';
import { SHORT_BYTES, TALKS, type Task } from './run-queue.ts';
import type { Side } from './side.ts';

export interface DirectionOwner {
  readonly hasEnded: boolean;
  /** What holds the bytes of both directions back; undefined: nothing. */
  readonly pace: Pace | undefined;
  /** The source's last byte has been delivered, and so is its FIN when this returns. */
  onDone(direction: Direction): void;
  onFailure(side: Side, errno: number): void;
  /** The sink is dead: nothing can be moved. */
  onDeadSink(direction: Direction): void;
  /** It is its turn to move what the pace allows. */
  onTurn(direction: Direction): void;
  /** Whether the kernel is to tell of input: not while it has to wait for its turn. */
  listenTo(side: Side, toInput: boolean): void;
}

const SPLICE_FLAGS = Splice.MOVE | Splice.NONBLOCK;

export class Direction implements Task, Waiter {
  readonly source: Side;
  readonly sink: Side;
  readonly counter: DirectionCounter;
  readonly #owner: DirectionOwner;
  readonly #plumbing: Plumbing;
  #early: Uint8Array | undefined;
  #pipe: Pipe | undefined;
  #held = 0;
  isDone = false;
  queued = false;
  moved = 0;
  shortMoves = TALKS;

  constructor(
    source: Side,
    sink: Side,
    early: Uint8Array | undefined,
    counter: DirectionCounter,
    owner: DirectionOwner,
    plumbing: Plumbing,
  ) {
    this.source = source;
    this.sink = sink;
    this.counter = counter;
    this.#early = early;
    this.#owner = owner;
    this.#plumbing = plumbing;
    if (early) counter.take(early.length);
  }

  run(limit: number): boolean {
    this.moved = 0;
    if (this.isDone || this.#owner.hasEnded) return false;
    const mayMove = this.#move(limit);
    if (!mayMove) this.#owner.pace?.done(this);
    return mayMove;
  }

  resume(): void {
    this.#owner.onTurn(this);
  }

  /** Moves at most so many bytes; true if there may be more to move at once. */
  #move(limit: number): boolean {
    if (this.sink.isDead) {
      this.#owner.onDeadSink(this);
      return false;
    }
    if (!this.sink.writable || !this.#sendEarly() || !this.#empty()) return false;
    if (!this.source.readable) return false;
    const { pace } = this.#owner;
    const size = pace ? pace.take(limit, this) : limit;
    if (size === 0) {
      this.#owner.listenTo(this.source, false); // it is known to have something
      return false;
    }
    const pipe = this.#plumbing.pipes.take();
    return pipe ? this.#fill(pipe, size) && this.#empty() : this.#copy(size);
  }

  /** Throws away what has not been delivered, and gives the pipe back. */
  drop(): void {
    this.#early = undefined;
    if (this.#pipe === undefined) return;
    drain(this.#plumbing, this.#pipe, this.#held);
    this.#held = 0;
    this.#plumbing.pipes.give(this.#pipe);
    this.#pipe = undefined;
  }

  /** From the source into an empty pipe; false if nothing came. */
  #fill(pipe: Pipe, limit: number): boolean {
    const { libc, pipes } = this.#plumbing;
    const taken = libc.splice(this.source.fd, null, pipe.write, null, limit, SPLICE_FLAGS);
    if (taken > 0) {
      this.#note(taken, limit);
      this.#held = taken;
      this.#pipe = pipe;
      return true;
    }
    const errno = taken === -1 ? libc.errno() : 0;
    pipes.give(pipe);
    this.#onNothing(errno);
    return false;
  }

  /** From the pipe to the sink; true if nothing is left in it. */
  #empty(): boolean {
    const { libc, pipes } = this.#plumbing;
    const pipe = this.#pipe;
    if (pipe === undefined) return true;
    while (this.#held > 0) {
      const given = libc.splice(pipe.read, null, this.sink.fd, null, this.#held, SPLICE_FLAGS);
      if (given > 0) {
        this.#held -= given;
        this.counter.give(given);
      } else if (!this.#mayRetry(given === -1 ? libc.errno() : Errno.EPIPE)) return false;
    }
    pipes.give(pipe);
    this.#pipe = undefined;
    return true;
  }

  /** Bytes that were read before the hand-over go first; true if there are none left. [S5B-P-45] */
  #sendEarly(): boolean {
    const { libc } = this.#plumbing;
    const { pace } = this.#owner;
    while (this.#early) {
      const size = pace ? pace.take(this.#early.length, this) : this.#early.length;
      if (size === 0) return false;
      const given = libc.send(this.sink.fd, this.#early, size, SEND_FLAGS);
      if (given >= 0) {
        pace?.spend(given);
        this.counter.give(given);
        this.#early = given < this.#early.length ? this.#early.subarray(given) : undefined;
      } else if (!this.#mayRetry(libc.errno())) return false;
    }
    return true;
  }

  /** Slower, and counted a moment after the receiver has it. */
  #copy(limit: number): boolean {
    const copied = copy(this.#plumbing, this.source.fd, this.sink.fd, limit);
    if ('bytes' in copied) {
      this.#note(copied.bytes, Math.min(limit, this.#plumbing.scratch.length));
      this.counter.give(copied.bytes);
      return true;
    }
    if (copied.failed === 'sink') return this.#mayRetry(copied.errno);
    this.#onNothing(copied.errno);
    return false;
  }

  /** So many bytes have been taken from the source, when so many were asked for. */
  #note(taken: number, asked: number): void {
    this.moved = taken;
    this.shortMoves = taken < SHORT_BYTES && taken < asked ? this.shortMoves + 1 : 0;
    this.counter.take(taken);
    this.#owner.pace?.spend(taken);
  }

  /** Nothing came from the source: it has nothing now (EAGAIN), it has ended (0), or it has failed. */
  #onNothing(errno: number): void {
    if (errno === Errno.EAGAIN) {
      this.source.readable = false;
      this.#owner.listenTo(this.source, true);
    } else if (errno === 0) this.#finish();
    else if (errno !== Errno.EINTR) this.#owner.onFailure(this.source, errno);
  }

  /** The sink did not take anything. */
  #mayRetry(errno: number): boolean {
    if (errno === Errno.EINTR) return true;
    if (errno === Errno.EAGAIN) this.sink.writable = false;
    else this.#owner.onFailure(this.sink, errno);
    return false;
  }

  #finish(): void {
    this.isDone = true;
    this.#owner.onDone(this);
  }
}
