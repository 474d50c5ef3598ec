// A relay worker: one thread, one epoll instance, the streams and waiting connections lent to it.
//
// It blocks in epoll_wait whenever there is nothing to do, and never goes back to Node.js's own event loop. The
// main thread wakes it through an eventfd after posting a message. It closes no descriptor: all are lent.

import { receiveMessageOnPort, workerData } from 'node:worker_threads';
import { Desk } from './desk.ts';
import { EventLoop } from './event-loop.ts';
import { loadLibc } from './libc.ts';
import { Epoll } from './linux.ts';
import { PipePool } from './pipe-pool.ts';
import type { ToWorker, WorkerStart } from './protocol.ts';
import { RunQueue } from './run-queue.ts';

const SCRATCH_BYTES = 64 * 1024;

function work({ port, epoll, wake, pipes, largePipes }: WorkerStart): void {
  const libc = loadLibc();
  const loop = new EventLoop(libc, epoll);
  const queue = new RunQueue();
  const scratch = new Uint8Array(SCRATCH_BYTES);
  const desk = new Desk({ libc, loop, queue, port, scratch, pipes: new PipePool(libc, pipes, largePipes) });
  const readMail = () => {
    libc.read(wake, scratch, 8);
    for (let mail = receiveMessageOnPort(port); mail; mail = receiveMessageOnPort(port)) {
      desk.handle(mail.message as ToWorker);
    }
  };
  loop.watch(wake, Epoll.IN, { onEvents: readMail });
  while (desk.isOpen) {
    loop.turn(queue.isEmpty);
    queue.turn();
  }
}

work(workerData as WorkerStart);
