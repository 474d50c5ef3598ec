// A relay worker: one thread, one epoll instance, the streams lent to it.
//
// It blocks in epoll_wait whenever there is nothing to do, and never goes back to Node.js's own event loop. The
// main thread wakes it through an eventfd after posting a message. It closes no descriptor: all are lent.

import { receiveMessageOnPort, workerData } from 'node:worker_threads';
import { RateSlots } from '../../policy/rate-slots.ts';
import { steadyNow } from '../../policy/steady-time.ts';
import { Desk } from './desk.ts';
import { DueTimes } from './due-times.ts';
import { EventLoop } from './event-loop.ts';
import { loadLibc } from './libc.ts';
import { Epoll } from './linux.ts';
import { PipePool } from './pipe-pool.ts';
import { type ToWorker, WAKE_TAG, type WorkerStart } from './protocol.ts';
import { RunQueue } from './run-queue.ts';

const SCRATCH_BYTES = 64 * 1024;

function work({ port, epoll, wake, woken, pipes, largePipes, rates }: WorkerStart): void {
  const libc = loadLibc();
  const mail = new Int32Array(woken);
  const loop = new EventLoop(libc, epoll, (tag, events) => desk.onStranger(tag, events));
  const queue = new RunQueue();
  const scratch = new Uint8Array(SCRATCH_BYTES);
  const dues = new DueTimes(steadyNow);
  const desk = new Desk({
    libc,
    loop,
    queue,
    pacing: rates && { slots: new RateSlots(rates), timetable: dues },
    port,
    scratch,
    pipes: new PipePool(libc, pipes, largePipes),
  });
  const readMail = () => {
    libc.read(wake, scratch, 8);
    Atomics.store(mail, 0, 0); // before the mail is read: whatever is posted from now on wakes us again
    for (let next = receiveMessageOnPort(port); next; next = receiveMessageOnPort(port)) {
      desk.handle(next.message as ToWorker);
    }
  };
  loop.watch({ fd: wake, tag: WAKE_TAG }, Epoll.IN, { onEvents: readMail });
  while (desk.isOpen) {
    loop.turn(queue.isEmpty ? dues.untilNext() : 0);
    dues.wake();
    queue.turn();
  }
}

work(workerData as WorkerStart);
