// Starts the thread of a relay worker.

import type { Worker } from 'node:worker_threads';
import { spawnThread } from '../../threads/spawn.ts';
import type { WorkerStart } from './protocol.ts';

export type SpawnWorker = (start: WorkerStart) => Worker;

export function spawnWorker(start: WorkerStart): Worker {
  const entry = new URL(`./worker${import.meta.url.endsWith('.js') ? '.js' : '.ts'}`, import.meta.url);
  return spawnThread(entry, { workerData: start, transferList: [start.port], name: 'relay' });
}
