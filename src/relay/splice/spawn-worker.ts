// Starts the thread of a relay worker.

import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type esbuild from 'esbuild';
import type { WorkerStart } from './protocol.ts';

export type SpawnWorker = (start: WorkerStart) => Worker;

let compiled: string | undefined;

/** From the sources, as in the tests: Node.js 20 does not run TypeScript in a thread. */
function compileWorker(): string {
  if (compiled !== undefined) return compiled;
  const require = createRequire(import.meta.url);
  const { buildSync }: typeof esbuild = require('esbuild');
  const [output] = buildSync({
    entryPoints: [fileURLToPath(new URL('./worker.ts', import.meta.url))],
    define: { 'import.meta.url': JSON.stringify(import.meta.url) },
    bundle: true,
    write: false,
    platform: 'node',
    format: 'cjs',
  }).outputFiles;
  compiled = output?.text ?? '';
  return compiled;
}

export function spawnWorker(start: WorkerStart): Worker {
  const options = { workerData: start, transferList: [start.port], name: 'relay' };
  if (import.meta.url.endsWith('.js')) return new Worker(new URL('./worker.js', import.meta.url), options);
  return new Worker(compileWorker(), { ...options, eval: true });
}
