// What is asked of a connection's descriptor, and told to it.

import type { Libc } from './libc.ts';
import { Socket } from './linux.ts';

const value = new Int32Array(2);
const length = new Int32Array(1);

/** Takes the connection's pending error, 0 if there is none: the kernel tells it once. */
export function socketError(libc: Libc, fd: number): number {
  length[0] = 4;
  if (libc.getsockopt(fd, Socket.SOL_SOCKET, Socket.SO_ERROR, value, length) === -1) return libc.errno();
  return value[0] ?? 0;
}

/** Lets the connection end with RST instead of FIN, by whomever it is closed: the end of the process closes it, too. */
export function resetOnClose(libc: Libc, fd: number): void {
  setLinger(libc, fd, 1);
}

/** Lets it end with FIN again, after all that was sent. */
export function finishOnClose(libc: Libc, fd: number): void {
  setLinger(libc, fd, 0);
}

function setLinger(libc: Libc, fd: number, on: 0 | 1): void {
  value[0] = on;
  value[1] = 0;
  libc.setsockopt(fd, Socket.SOL_SOCKET, Socket.SO_LINGER, value, 8);
}

/** As much as fits into a receive buffer; a sender that never pauses must not hold up the others. */
const MAX_THROWN_AWAY = 8 * 1024 * 1024;

/** Throws away what a connection has received, up to a bound; the kernel does it without a copy. [S5B-P-45] */
export function throwAwayInput(libc: Libc, fd: number): void {
  const flags = Socket.MSG_DONTWAIT | Socket.MSG_TRUNC;
  libc.recv(fd, value, MAX_THROWN_AWAY, flags);
}

/** How long bytes may stay unacknowledged, or a reader's window closed, before the connection counts as lost. */
export function setUserTimeout(libc: Libc, fd: number, ms: number): void {
  value[0] = ms;
  libc.setsockopt(fd, Socket.IPPROTO_TCP, Socket.TCP_USER_TIMEOUT, value, 4);
}
