// The thread that notices when a case never ends: it keeps the input in hand as a file, says so, and ends the process.
// JavaScript, because Node.js 20 does not run TypeScript in a thread.

import { mkdirSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { workerData } from 'node:worker_threads';

/** @type {{ inHand: SharedArrayBuffer, folder: string, hangMs: number }} */
const { inHand, folder, hangMs } = workerData;
const head = new Int32Array(inHand, 0, 2); // [number of the case, length of its input]

let seen = -1;
setInterval(() => {
  const current = Atomics.load(head, 0);
  if (current !== seen) {
    seen = current;
    return;
  }
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `hang-${current}`);
  writeFileSync(
    path,
    Buffer.from(inHand).subarray(8, 8 + Math.min(Atomics.load(head, 1), inHand.byteLength - 8)),
  );
  writeSync(2, `no case ended for ${hangMs} ms; the input is kept as ${path}\n`);
  process.kill(process.pid, 'SIGKILL');
}, hangMs);
