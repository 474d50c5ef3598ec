// Starts the thread of a relay worker.

import { Worker } from 'node:worker_threads';
import type { WorkerStart } from './protocol.ts';

export type SpawnWorker = (start: WorkerStart) => Worker;

export function spawnWorker(start: WorkerStart): Worker {
  const options = { workerData: start, transferList: [start.port], name: 'relay' };
  if (import.meta.url.endsWith('.js')) return new Worker(new URL('./worker.js', import.meta.url), options);
  // From the sources, as in the tests: Node.js 20 does not run TypeScript, and takes tsx only inside the thread.
  const url = JSON.stringify(new URL('./worker.ts', import.meta.url).href);
  const code = `import('tsx/esm/api').then(({ register }) => { register(); return import(${url}); })`;
  return new Worker(code, { ...options, eval: true });
}
