// The one door to koffi: the C library's functions that the relay calls, with their types.
//
// Every function returns what the C function returns: -1 for an error, whose number `errno` tells until the next
// call. Nothing here blocks but `epollWait`.

import { createRequire } from 'node:module';
import type koffi from 'koffi';

type Memory = Uint8Array | Int32Array;

export interface Libc {
  /** The error of this thread's last call. */
  errno(): number;
  close(fd: number): number;
  fcntl(fd: number, command: number, argument: number): number;
  pipe2(ends: Int32Array, flags: number): number;
  socketpair(domain: number, type: number, protocol: number, ends: Int32Array): number;
  splice(from: number, offset: null, to: number, offset2: null, length: number, flags: number): number;
  read(fd: number, into: Memory, length: number): number;
  write(fd: number, from: Memory, length: number): number;
  recv(fd: number, into: Memory, length: number, flags: number): number;
  send(fd: number, from: Memory, length: number, flags: number): number;
  shutdown(fd: number, how: number): number;
  getsockopt(fd: number, level: number, name: number, value: Memory, length: Int32Array): number;
  setsockopt(fd: number, level: number, name: number, value: Memory, length: number): number;
  eventfd(initial: number, flags: number): number;
  epollCreate(flags: number): number;
  epollControl(epoll: number, operation: number, fd: number, event: Memory): number;
  epollWait(epoll: number, events: Memory, capacity: number, timeoutMs: number): number;
}

/** @throws Error when koffi is not installed, has no binary for this system, or the C library lacks a function */
export function loadLibc(): Libc {
  const library: typeof koffi = createRequire(import.meta.url)('koffi');
  const self = library.load(null);
  return {
    errno: () => library.errno(),
    close: self.func('int close(int)'),
    fcntl: self.func('fcntl', 'int', ['int', 'int', 'int']),
    pipe2: self.func('int pipe2(void *, int)'),
    socketpair: self.func('int socketpair(int, int, int, void *)'),
    splice: self.func('intptr_t splice(int, void *, int, void *, size_t, unsigned int)'),
    read: self.func('intptr_t read(int, void *, size_t)'),
    write: self.func('intptr_t write(int, void *, size_t)'),
    recv: self.func('intptr_t recv(int, void *, size_t, int)'),
    send: self.func('intptr_t send(int, void *, size_t, int)'),
    shutdown: self.func('int shutdown(int, int)'),
    getsockopt: self.func('int getsockopt(int, int, int, void *, void *)'),
    setsockopt: self.func('int setsockopt(int, int, int, void *, unsigned int)'),
    eventfd: self.func('int eventfd(unsigned int, int)'),
    epollCreate: self.func('int epoll_create1(int)'),
    epollControl: self.func('int epoll_ctl(int, int, int, void *)'),
    epollWait: self.func('int epoll_wait(int, void *, int, int)'),
  };
}

/** A call that must not fail has failed. */
export class SystemCallError extends Error {
  override readonly name = 'SystemCallError';
  readonly call: string;
  readonly errno: number;

  constructor(call: string, errno: number) {
    super(`${call} failed with errno ${errno}`);
    this.call = call;
    this.errno = errno;
  }
}

/** The result of a call. @throws SystemCallError if it is -1 */
export function must(libc: Libc, call: string, result: number): number {
  if (result === -1) throw new SystemCallError(call, libc.errno());
  return result;
}
