// How the daemon's process asks V8 for less memory.

import { setFlagsFromString } from 'node:v8';

/**
 * Keeps the young generation at its first size, and has the old one collected when it has grown by half. What the
 * daemon allocates lives either for a moment or as long as a stream, so room to grow is room for garbage: without this, 9,000
 * open streams took 10.6 KiB each in place of 5.4, at the same CPU time for each set-up (docs/adr/0005-splice-relay.md).
 *
 * V8 looks at these two flags at each collection, so they may be set while it runs, in Node.js 20, 22 and 24 (tried). To
 * be called before anything else is loaded, and only by a process that is nothing but the daemon.
 */
export function keepHeapSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
  setFlagsFromString('--heap-growing-percent=50');
}
