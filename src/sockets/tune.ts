// What every accepted socket gets. [SOCKS-22]

import type { Socket } from 'node:net';

/** Idle time before the kernel asks whether a silent peer is still there, in milliseconds. */
export const KEEPALIVE_AFTER_MS = 60_000;

/** Replies leave at once (clients.md 2.2); a peer that vanished is noticed. */
export function tune(socket: Socket): void {
  socket.setNoDelay(true);
  socket.setKeepAlive(true, KEEPALIVE_AFTER_MS);
}
