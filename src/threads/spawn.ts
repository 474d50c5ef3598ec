// Starts a thread whose entry is a module of ours: from the build as it is, from the sources compiled first.

import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { Worker, type WorkerOptions } from 'node:worker_threads';
import type esbuild from 'esbuild';

const compiled = new Map<string, string>();

/** @param entry its URL with the ending that the caller's own module has: `.js` in the build, `.ts` in the sources */
export function spawnThread(entry: URL, options: WorkerOptions): Worker {
  if (entry.pathname.endsWith('.js')) return new Worker(entry, options);
  return new Worker(compile(entry), { ...options, eval: true });
}

/** As in the tests: Node.js 20 does not run TypeScript in a thread. */
function compile(entry: URL): string {
  const known = compiled.get(entry.href);
  if (known !== undefined) return known;
  const require = createRequire(import.meta.url);
  const { buildSync }: typeof esbuild = require('esbuild');
  const [output] = buildSync({
    entryPoints: [fileURLToPath(entry)],
    define: { 'import.meta.url': JSON.stringify(entry.href) },
    bundle: true,
    write: false,
    platform: 'node',
    format: 'cjs',
  }).outputFiles;
  const code = output?.text ?? '';
  compiled.set(entry.href, code);
  return code;
}
