// Whose turn it is: short talk first, then the bulk, a bounded amount each. (docs/adr/0005-splice-relay.md)
//
// A direction that moved little the last time is served at once and may move little again. One that moves much
// waits in a line. Between two of its moves the caller asks the kernel again, so that short talk waits for one
// move at most.

/** Something to run. */
export interface Task {
  /** Is in the queue: kept by the queue. */
  queued: boolean;
  /** Bytes of the last move. */
  readonly lastMove: number;
  /** Moves at most `limit` bytes; true if there may be more to move at once. */
  run(limit: number): boolean;
}

/** What a short task may move in a turn; a task that moved as much is none any more. */
const SHORT_BYTES = 64 * 1024;
/** What a bulk task may move in a turn: what a large pipe holds. */
const BULK_BYTES = 1024 * 1024;
/** Bulk moves go on until they have moved as much together; then the kernel is asked. */
const TURN_BYTES = 256 * 1024;

export class RunQueue {
  #short: Task[] = [];
  #nextShort: Task[] = [];
  readonly #bulk = new Fifo<Task>();

  get isEmpty(): boolean {
    return this.#short.length === 0 && this.#bulk.isEmpty;
  }

  add(task: Task): void {
    if (task.queued) return;
    task.queued = true;
    if (task.lastMove < SHORT_BYTES) this.#short.push(task);
    else this.#bulk.push(task);
  }

  /** Runs every short task once and bulk tasks up to a bounded amount. */
  turn(): void {
    const short = this.#short;
    this.#short = this.#nextShort;
    for (const task of short) this.#run(task, SHORT_BYTES);
    short.length = 0;
    this.#nextShort = short;
    for (let moved = 0; moved < TURN_BYTES; ) {
      const task = this.#bulk.shift();
      if (task === undefined) return;
      this.#run(task, BULK_BYTES);
      moved += task.lastMove;
    }
  }

  #run(task: Task, limit: number): void {
    task.queued = false;
    if (task.run(limit)) this.add(task);
  }
}

class Fifo<T> {
  #items: T[] = [];
  #head = 0;

  get isEmpty(): boolean {
    return this.#head === this.#items.length;
  }

  push(item: T): void {
    this.#items.push(item);
  }

  shift(): T | undefined {
    if (this.isEmpty) return undefined;
    const item = this.#items[this.#head++];
    if (this.#head > 256 && this.#head * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return item;
  }
}
