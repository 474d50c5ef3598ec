// How a connection is ended by RST.

import type { Socket } from 'node:net';

/**
 * Sends RST and releases the socket; 'close' follows. libuv refuses to while a FIN is on its way out (EINVAL), and
 * Node.js then loses the descriptor and never says 'close': so such a socket is reset as soon as its FIN is out.
 */
export function reset(socket: Socket): void {
  const isShutting = socket.writableEnded && !socket.writableFinished && socket.writableLength === 0;
  if (isShutting && !socket.destroyed) socket.once('finish', () => socket.resetAndDestroy());
  else socket.resetAndDestroy();
}
