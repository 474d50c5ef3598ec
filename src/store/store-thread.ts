// The other side of the thread: calls go in, promises of their answers come out; all of them fail if the thread ends.

import type { Worker } from 'node:worker_threads';
import { spawnThread } from '../threads/spawn.ts';
import type { Call, Operation, Operations, Reply, ThreadStart } from './calls.ts';

/** A store that cannot be opened at once is on a disc that does not answer. Milliseconds. */
const OPEN_MS = 10_000;

interface Waiting {
  resolve(answer: unknown): void;
  reject(error: Error): void;
}

export class StoreThread {
  /** Resolves when it has ended, or was given up. */
  readonly ended: Promise<void>;
  readonly #worker: Worker;
  readonly #waiting: Waiting[] = [];
  #isOver = false;
  #onEnd: () => void = () => {};

  private constructor(worker: Worker) {
    this.#worker = worker;
    worker.on('message', (reply: Reply) => this.#settle(reply));
    worker.stderr.resume(); // what lmdb writes there is in the errors that it throws, too
    this.ended = new Promise((resolve) => {
      this.#onEnd = resolve;
    });
    worker.on('error', (error) => this.#end(error));
    worker.on('exit', () => this.#end(new Error('the thread of the store has ended')));
  }

  /** Resolves when the store is open. @throws Error that says why it cannot be */
  static async start(folder: string): Promise<StoreThread> {
    const workerData: ThreadStart = { folder };
    const entry = new URL(`./thread${import.meta.url.endsWith('.js') ? '.js' : '.ts'}`, import.meta.url);
    const thread = new StoreThread(spawnThread(entry, { workerData, name: 'store', stderr: true }));
    const timer = setTimeout(() => thread.abandon(`could not be opened within ${OPEN_MS / 1000} s`), OPEN_MS);
    try {
      await new Promise((resolve, reject) => thread.#waiting.push({ resolve, reject }));
      return thread;
    } catch (error) {
      thread.abandon('could not be opened');
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Rejects when the operation failed, or when nobody knows because the thread has ended. */
  call<O extends Operation>(operation: O, given: Operations[O]['given']): Promise<Operations[O]['answer']> {
    return new Promise((resolve, reject) => {
      if (this.#isOver) return reject(new Error('the thread of the store has ended'));
      this.#waiting.push({ resolve: (answer) => resolve(answer as Operations[O]['answer']), reject });
      this.#worker.postMessage({ operation, given } as Call);
    });
  }

  /** Ends the thread, whatever it is doing; what is asked fails. */
  abandon(why: string): void {
    this.#end(new Error(why));
    void this.#worker.terminate();
  }

  #settle(reply: Reply): void {
    const waiting = this.#waiting.shift();
    if (reply.ok) waiting?.resolve(reply.answer);
    else waiting?.reject(new Error(reply.message));
  }

  #end(error: Error): void {
    this.#isOver = true;
    this.#onEnd();
    for (const { reject } of this.#waiting.splice(0)) reject(error);
  }
}
