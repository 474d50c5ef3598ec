// A second net.Socket on the handle of a first one, to read into a buffer of ours.
//
// Node.js lets only the constructor of a socket set `onread`. A server's sockets are constructed by Node.js, and one that
// has had a SOCKS exchange was read in another way before. So relay and client take the handle out of the socket and
// construct their own around it. `_handle` and the option `handle` are not documented; tls and cluster have used them
// since Node.js 0.12. The contract tests of the relay run on every supported line of Node.js and would tell.

import { type OnReadOpts, Socket, type SocketConstructorOpts } from 'node:net';

type Options = SocketConstructorOpts & { handle: unknown; onread: OnReadOpts; writableHighWaterMark: number };

interface WithHandle {
  _handle: { reading?: boolean; readStop(): number } | null;
}

/**
 * Moves the connection of `socket` to a new socket that reads with `onread`; the old one is dead afterwards.
 * Bytes that the old one has read but nobody has taken come back as `unread`. Undefined if it was closed already.
 */
export function takeOver(socket: Socket, onread: OnReadOpts): { socket: Socket; unread: Buffer } | undefined {
  const owner = socket as unknown as WithHandle;
  const handle = owner._handle;
  if (handle === null || socket.destroyed) return undefined;
  handle.readStop();
  handle.reading = false;
  const unread = drain(socket);
  owner._handle = null;
  socket.removeAllListeners();
  socket.destroy();
  const options: Options = { handle, allowHalfOpen: true, onread, writableHighWaterMark: 0 };
  return { socket: new Socket(options), unread };
}

function drain(socket: Socket): Buffer {
  const chunks: Buffer[] = [];
  for (let chunk = socket.read(); chunk !== null; chunk = socket.read()) chunks.push(chunk);
  return Buffer.concat(chunks);
}
