// How the daemon's process asks V8 for less memory.

import { setFlagsFromString } from 'node:v8';

/**
 * Keeps the young generation at its first size, and has the old one collected when it has grown by a quarter. What
 * the daemon allocates lives either for a moment or as long as a stream, so room to grow is room for garbage: without
 * the first, each of 9,000 open streams took 3.2 KiB more, and no set-up less CPU time (docs/adr/0005-splice-relay.md).
 *
 * V8 looks at these two flags at each collection, so they may be set while it runs, in Node.js 20, 22 and 24 (tried). To
 * be called before anything else is loaded, and only by a process that is nothing but the daemon.
 */
export function keepHeapSmall(): void {
  setFlagsFromString('--heap-growing-percent=25');
  keepYoungGenerationSmall();
  // The heap of every further thread puts it back to 2, for all of them.
  process.on('worker', (worker) => worker.once('online', keepYoungGenerationSmall));
}

function keepYoungGenerationSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
}
