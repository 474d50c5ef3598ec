// The life of a relay worker's thread as the main thread sees it: started, talked to, stopped, mourned.
//
// What the thread uses belongs to the main thread: the epoll instance, the eventfd and, through their register,
// the pipes. All are closed when the thread has ended, in whatever way.

import { MessageChannel, type MessagePort, receiveMessageOnPort, type Worker } from 'node:worker_threads';
import { control } from './event-loop.ts';
import { type Libc, must } from './libc.ts';
import { Epoll, Open } from './linux.ts';
import { createPipeRegister, registeredPipes } from './pipe-pool.ts';
import { type FromWorker, type ToWorker, WAKE_TAG } from './protocol.ts';
import type { SpawnWorker } from './spawn-worker.ts';

export interface ThreadParts {
  readonly libc: Libc;
  readonly spawn: SpawnWorker;
  /** Pipes that it may enlarge. */
  readonly largePipes: number;
  /** Where the rates of its streams are. */
  readonly rates: SharedArrayBuffer | undefined;
  onMessage(message: FromWorker): void;
  /** The thread has ended and everything it said has been heard; with an error unless it was asked to stop. */
  onEnd(error: Error | undefined): void;
}

export class WorkerThread {
  readonly #parts: ThreadParts;
  readonly #port: MessagePort;
  /** The instance that it waits on; whatever is put into it is reported. Closed with the thread. */
  readonly epoll: number;
  readonly #wake: number;
  readonly #woken = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  readonly #pipes = createPipeRegister();
  readonly #one = new Uint8Array(new BigUint64Array([1n]).buffer);
  readonly #worker: Worker;
  readonly #ended: Promise<void>;
  #isStopping = false;
  #hasEnded = false;
  #isRef = false;

  /** @throws SystemCallError when there are no descriptors left */
  constructor(parts: ThreadParts) {
    const { libc, spawn, largePipes, rates } = parts;
    this.#parts = parts;
    this.epoll = must(libc, 'epoll_create1', libc.epollCreate(Epoll.CLOEXEC));
    this.#wake = must(libc, 'eventfd', libc.eventfd(0, Open.CLOEXEC | Open.NONBLOCK));
    control(libc, this.epoll, Epoll.CTL_ADD, { fd: this.#wake, tag: WAKE_TAG }, Epoll.IN);
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    port1.on('message', (message: FromWorker) => parts.onMessage(message));
    port1.unref();
    this.#worker = spawn({
      port: port2,
      epoll: this.epoll,
      wake: this.#wake,
      woken: this.#woken.buffer,
      pipes: this.#pipes,
      largePipes,
      rates,
    });
    this.#worker.unref();
    this.#ended = this.#watch(this.#worker);
    process.once('exit', this.#onExit);
  }

  post(message: ToWorker): void {
    if (this.#hasEnded) return;
    this.#port.postMessage(message);
    // One wake-up for all that is posted before the worker reads: the write wakes another core, about 25 µs here.
    if (Atomics.exchange(this.#woken, 0, 1) === 0) {
      this.#parts.libc.write(this.#wake, this.#one, this.#one.length);
    }
  }

  /** Whether the process stays alive for what this worker does. */
  keepsAlive(alive: boolean): void {
    if (alive === this.#isRef) return;
    this.#isRef = alive;
    if (alive) this.#port.ref();
    else this.#port.unref();
  }

  /** Lets it carry out what was posted before, and end. */
  stop(): Promise<void> {
    this.#isStopping = true;
    this.#worker.ref(); // whoever waits for this must not find the process gone
    this.post({ kind: 'stop' });
    return this.#ended;
  }

  /** Node.js waits for its threads when the process exits, and this one may sleep. */
  readonly #onExit = (): void => this.post({ kind: 'stop' });

  #watch(worker: Worker): Promise<void> {
    let error: Error | undefined;
    worker.on('error', (cause: Error) => {
      error = cause;
    });
    return new Promise((resolve) => {
      worker.on('exit', (code) => {
        this.#cleanUp();
        const why = error ?? new Error(`the thread ended with exit code ${code}`);
        this.#parts.onEnd(this.#isStopping ? undefined : why);
        resolve();
      });
    });
  }

  #cleanUp(): void {
    const { libc, onMessage } = this.#parts;
    process.off('exit', this.#onExit);
    for (let mail = receiveMessageOnPort(this.#port); mail; mail = receiveMessageOnPort(this.#port)) {
      onMessage(mail.message as FromWorker);
    }
    this.#hasEnded = true;
    this.#port.close();
    for (const fd of [this.epoll, this.#wake, ...registeredPipes(this.#pipes)]) libc.close(fd);
  }
}
