// Options of a listening socket that every connection accepted from it inherits. [Linux, tcp(7), socket(7)]

import { getSystemErrorName } from 'node:util';
import { KEEPALIVE_AFTER_MS } from '../../sockets/tune.ts';
import type { Libc } from './libc.ts';
import { Socket } from './linux.ts';
import { prepareLibc } from './probe.ts';

export interface ListeningOptions {
  /** The name of a congestion control, such as `bbr`; default: the system's. */
  readonly congestion?: string | undefined;
  /** Bytes of the kernel's buffers; default: tuned by the kernel. It keeps twice as much for its own use, too. */
  readonly receiveBuffer?: number | undefined;
  readonly sendBuffer?: number | undefined;
}

/** Between two questions of a keepalive, in seconds, and how many go without an answer: as Node.js has it. */
const KEEPALIVE_EVERY_S = 1;
const KEEPALIVE_TRIES = 10;

/**
 * Lets accepted sockets have what `tune` (src/sockets/tune.ts) gives each of them. False where that is not possible.
 * Five system calls once, where there were five for every connection: 20 µs of a set-up.
 */
export function inheritTuning(fd: number): boolean {
  const prepared = prepareLibc();
  if (!prepared.ok) return false;
  const options = [
    [Socket.IPPROTO_TCP, Socket.TCP_NODELAY, 1],
    [Socket.SOL_SOCKET, Socket.SO_KEEPALIVE, 1],
    [Socket.IPPROTO_TCP, Socket.TCP_KEEPIDLE, KEEPALIVE_AFTER_MS / 1000],
    [Socket.IPPROTO_TCP, Socket.TCP_KEEPINTVL, KEEPALIVE_EVERY_S],
    [Socket.IPPROTO_TCP, Socket.TCP_KEEPCNT, KEEPALIVE_TRIES],
  ] as const;
  return options.every(([level, name, value]) => {
    const bytes = Int32Array.of(value);
    return prepared.libc.setsockopt(fd, level, name, bytes, bytes.byteLength) !== -1;
  });
}

/**
 * Sets what is configured.
 * @throws Error that names the option and the value, when the system refuses it or offers no way to set it
 */
export function setListeningOptions(fd: number, options: ListeningOptions): void {
  const { congestion, receiveBuffer, sendBuffer } = options;
  if (congestion === undefined && receiveBuffer === undefined && sendBuffer === undefined) return;
  const prepared = prepareLibc();
  if (!prepared.ok)
    throw new Error(`congestion, receiveBuffer and sendBuffer cannot be set: ${prepared.reason}`);
  const { libc } = prepared;
  if (congestion !== undefined) {
    const name = Buffer.from(congestion, 'latin1');
    set(libc, fd, Socket.IPPROTO_TCP, Socket.TCP_CONGESTION, name, `congestion ${congestion}`);
  }
  for (const [key, option, bytes] of [
    ['receiveBuffer', Socket.SO_RCVBUF, receiveBuffer],
    ['sendBuffer', Socket.SO_SNDBUF, sendBuffer],
  ] as const) {
    if (bytes !== undefined)
      set(libc, fd, Socket.SOL_SOCKET, option, Int32Array.of(bytes), `${key} ${bytes}`);
  }
}

function set(
  libc: Libc,
  fd: number,
  level: number,
  option: number,
  value: Uint8Array | Int32Array,
  what: string,
): void {
  if (libc.setsockopt(fd, level, option, value, value.byteLength) !== -1) return;
  const why = getSystemErrorName(-libc.errno());
  const known =
    option === Socket.TCP_CONGESTION
      ? '; /proc/sys/net/ipv4/tcp_available_congestion_control lists what it has'
      : '';
  throw new Error(`the system refuses ${what} (${why})${known}`);
}
