// Whether the zero-copy engine can run here: every system call that it needs is made once, on descriptors of its own.
//
// A container or a seccomp profile may forbid any of them; better to know at the start than at the first stream.

import { getSystemErrorName } from 'node:util';
import { type Libc, loadLibc, must, SystemCallError } from './libc.ts';
import { EPOLL_EVENT, Epoll, Fcntl, Open, Socket, Splice } from './linux.ts';
import { socketError } from './socket-options.ts';

export type Preparation =
  | { readonly ok: true; readonly libc: Libc }
  /** What stands in the way, for an operator to read. */
  | { readonly ok: false; readonly reason: string };

export interface ProbeParts {
  readonly platform: string;
  readonly load: () => Libc;
}

const HERE: ProbeParts = { platform: process.platform, load: loadLibc };

/** The C library, if it can be called here. */
export function prepareLibc({ platform, load }: ProbeParts = HERE): Preparation {
  if (platform !== 'linux') return { ok: false, reason: `it needs Linux, and this is ${platform}` };
  try {
    return { ok: true, libc: load() };
  } catch (error) {
    return { ok: false, reason: `the optional package koffi cannot be used: ${firstLine(error)}` };
  }
}

/** The C library, if all that the engine calls is allowed here. */
export function prepareSplice(parts: ProbeParts = HERE): Preparation {
  const prepared = prepareLibc(parts);
  if (!prepared.ok) return prepared;
  try {
    tryOut(prepared.libc);
    return prepared;
  } catch (error) {
    return { ok: false, reason: describe(error) };
  }
}

/** Sends a byte from one socket through a pipe to another one. */
function tryOut(libc: Libc): void {
  const open: number[] = [];
  const own = (call: string, result: number) => {
    open.push(must(libc, call, result));
    return result;
  };
  const pair = (call: string, make: (ends: Int32Array) => number): [number, number] => {
    const ends = new Int32Array(2);
    must(libc, call, make(ends));
    open.push(...ends);
    return [ends[0] ?? -1, ends[1] ?? -1];
  };
  const sockets = () => pair('socketpair', (ends) => libc.socketpair(Socket.AF_UNIX, Socket.STREAM, 0, ends));
  const byte = new Uint8Array(1);
  try {
    const [sender, source] = sockets();
    const [sink, receiver] = sockets();
    const [read, write] = pair('pipe2', (ends) => libc.pipe2(ends, Open.CLOEXEC | Open.NONBLOCK));
    const copy = own('fcntl', libc.fcntl(source, Fcntl.DUPFD_CLOEXEC, 0));
    const epoll = own('epoll_create1', libc.epollCreate(Epoll.CLOEXEC));
    own('eventfd', libc.eventfd(0, Open.CLOEXEC | Open.NONBLOCK));
    must(libc, 'send', libc.send(sender, byte, 1, Socket.MSG_NOSIGNAL));
    const event = new Uint8Array(EPOLL_EVENT.size);
    event[0] = Epoll.IN;
    must(libc, 'epoll_ctl', libc.epollControl(epoll, Epoll.CTL_ADD, copy, event));
    must(libc, 'epoll_wait', libc.epollWait(epoll, event, 1, 0));
    must(libc, 'splice', libc.splice(copy, null, write, null, 1, Splice.NONBLOCK));
    must(libc, 'splice', libc.splice(read, null, sink, null, 1, Splice.NONBLOCK));
    must(libc, 'recv', libc.recv(receiver, byte, 1, Socket.MSG_DONTWAIT));
    must(libc, 'shutdown', libc.shutdown(sink, Socket.SHUT_WR));
    socketError(libc, sink);
  } finally {
    for (const fd of open) libc.close(fd);
  }
}

function describe(error: unknown): string {
  if (!(error instanceof SystemCallError)) return firstLine(error);
  return `the system refuses ${error.call} (${getSystemErrorName(-error.errno)})`;
}

function firstLine(error: unknown): string {
  return String(error instanceof Error ? error.message : error).split('\n')[0] ?? '';
}
