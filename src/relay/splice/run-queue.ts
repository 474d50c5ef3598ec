// Whose turn it is: short talk first, then the bulk, a bounded amount each. (docs/adr/0005-splice-relay.md)
//
// A direction that moved little the last time is served at once and may move little again. One that moves much
// waits in a line. Between two long moves the caller asks the kernel again, so that short talk waits for one
// of them at most. Long moves cost the least for each byte, shorter ones keep others waiting for less time: as
// long as somebody talks, moves are shorter.

import { Fifo } from './fifo.ts';

/** Something to run. */
export interface Task {
  /** Is in the queue: kept by the queue. */
  queued: boolean;
  /** Bytes that the last run moved. */
  readonly moved: number;
  /** Moves on end, the last one included, that moved little because there was no more. */
  readonly shortMoves: number;
  /** Moves at most `limit` bytes; true if there may be more to move at once. */
  run(limit: number): boolean;
}

/** What a short task may move in a turn; a task that moved as much is none any more. */
export const SHORT_BYTES = 16 * 1024;
/** So many short moves on end are talk; a single one is what bulk leaves over, too. Where there was none, talk is assumed. */
export const TALKS = 2;
/** What a bulk task may move in a turn: what a large pipe holds. */
const BULK_BYTES = 1024 * 1024;
/** The same while somebody talks, and then the kernel is asked after each move. */
const ATTENTIVE_BYTES = 64 * 1024;
/** After a short move somebody talks until the others have moved as much: about a tenth of a second at 2.5 GB/s. */
const ATTENTION_BYTES = 256 * 1024 * 1024;
/** Bulk moves go on until they have moved as much together; then the kernel is asked. */
const TURN_BYTES = 256 * 1024;

export class RunQueue {
  #short: Task[] = [];
  #spare: Task[] = [];
  readonly #bulk = new Fifo<Task>();
  #attention = 0;

  get isEmpty(): boolean {
    return this.#short.length === 0 && this.#bulk.isEmpty;
  }

  add(task: Task): void {
    if (task.queued) return;
    task.queued = true;
    if (task.shortMoves >= TALKS) this.#short.push(task);
    else this.#bulk.push(task);
  }

  /** Runs every short task once, and bulk tasks up to a bounded amount. */
  turn(): void {
    const short = this.#short;
    this.#short = this.#spare; // those who want to run again do so in the next turn
    for (const task of short) {
      this.#run(task, SHORT_BYTES);
      if (task.moved > 0 && task.shortMoves >= TALKS) this.#attention = ATTENTION_BYTES;
    }
    short.length = 0;
    this.#spare = short;
    const isAttentive = this.#attention > 0;
    const turn = isAttentive ? ATTENTIVE_BYTES : TURN_BYTES;
    for (let moved = 0; moved < turn; ) {
      const task = this.#bulk.shift();
      if (task === undefined) return;
      this.#run(task, isAttentive ? ATTENTIVE_BYTES : BULK_BYTES);
      moved += task.moved;
      this.#attention -= task.moved;
    }
  }

  #run(task: Task, limit: number): void {
    task.queued = false;
    if (task.run(limit)) this.add(task);
  }
}
