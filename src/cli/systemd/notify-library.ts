// The second door to koffi: libsystemd's sd_notify(3). Node.js itself has no datagrams over Unix sockets.

import { createRequire } from 'node:module';
import type koffi from 'koffi';

/** Hands one message to the service manager; false when it could not. */
export type Notify = (message: string) => boolean;

/** @throws Error when koffi is not installed, or there is no libsystemd */
export function loadNotify(): Notify {
  const library: typeof koffi = createRequire(import.meta.url)('koffi');
  const notify = library.load('libsystemd.so.0').func('int sd_notify(int, const char *)');
  return (message) => notify(0, message) > 0;
}
