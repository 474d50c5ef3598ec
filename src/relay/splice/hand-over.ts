// How a connection leaves Node.js and how it comes back.
//
//   accepted by Node.js ──dup──▶ lent to a worker ──given back──▶ closed
//    (its own descriptor           (our descriptor)     │
//     is closed, without                                └──▶ a net.Socket again, to be closed gently
//     a shutdown)
//
// `_handle.fd` is not documented; Node.js has had it on POSIX systems since 0.12. The contract tests run on every
// supported line of Node.js and would tell.

import { Socket } from 'node:net';
import { type Libc, must } from './libc.ts';
import { Fcntl } from './linux.ts';
import { setUserTimeout } from './socket-options.ts';

interface WithHandle {
  _handle: { readonly fd?: number; reading?: boolean; readStop(): number } | null;
}

const NOTHING: Buffer = Buffer.alloc(0);

/** Stops the reading; the bytes that Node.js has read already come back. */
export function stopReading(socket: Socket): Buffer {
  socket.pause();
  const unread: Buffer = socket.readableLength === 0 ? NOTHING : (socket.read() ?? NOTHING);
  const handle = (socket as unknown as WithHandle)._handle; // stopped last: to read from a socket starts it again
  if (handle) {
    handle.readStop();
    handle.reading = false;
  }
  return unread;
}

/**
 * Takes the connection out of Node.js; the socket is dead afterwards. Undefined if it was closed already.
 * Everything that was written to it must have been flushed.
 * @param userTimeoutMs how long bytes may stay unacknowledged before the connection counts as lost
 * @throws SystemCallError when there are no descriptors left
 */
export function takeOut(libc: Libc, socket: Socket, userTimeoutMs: number): number | undefined {
  const fd = (socket as unknown as WithHandle)._handle?.fd;
  if (socket.destroyed || fd === undefined || fd < 0) return undefined;
  const own = must(libc, 'fcntl', libc.fcntl(fd, Fcntl.DUPFD_CLOEXEC, 0));
  setUserTimeout(libc, own, userTimeoutMs);
  socket.removeAllListeners();
  socket.on('error', () => {});
  socket.destroy();
  return own;
}

/** Makes a connection a socket of Node.js again, which then owns the descriptor. */
export function bringBack(fd: number): Socket {
  const socket = new Socket({ fd, allowHalfOpen: true });
  socket.on('error', () => {});
  return socket;
}
