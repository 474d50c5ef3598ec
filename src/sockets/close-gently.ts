// How a socket is closed so that the peer reads everything that was written, and then EOF.

import type { Socket } from 'node:net';

/** How long a peer may take to close its side before it is cut off, in milliseconds; RFC 1928 §6 grants 10 s. [SOCKS-17] */
const LINGER_MS = 5_000;

/**
 * Writes the last bytes, sends FIN, and throws away what still comes in: a socket closed with unread input
 * answers with RST, which can overtake the reply. Idempotent.
 */
export function closeGently(socket: Socket, lastBytes?: Buffer): void {
  if (socket.destroyed) return;
  if (socket.writableEnded) return;
  if (lastBytes) socket.end(lastBytes);
  else socket.end();
  socket.removeAllListeners('data').removeAllListeners('readable').removeAllListeners('end');
  socket.resume();
  const cut = setTimeout(() => socket.destroy(), LINGER_MS);
  cut.unref();
  socket.once('end', () => socket.destroySoon());
  socket.once('close', () => clearTimeout(cut));
}
