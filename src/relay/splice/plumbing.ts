// What all directions of a worker share, and the ways of bytes that are not a splice from a pipe.

import type { Libc } from './libc.ts';
import { Socket } from './linux.ts';
import type { Pipe, PipePool } from './pipe-pool.ts';

export interface Plumbing {
  readonly libc: Libc;
  readonly pipes: PipePool;
  /** For bytes that are copied or thrown away; nothing stays in it. */
  readonly scratch: Uint8Array;
}

export const SEND_FLAGS = Socket.MSG_DONTWAIT | Socket.MSG_NOSIGNAL;

/** Bytes that were moved, or the error of the side that did not let any through; of the source, 0 is its end. */
export type Copied =
  | { readonly bytes: number }
  | { readonly failed: 'source' | 'sink'; readonly errno: number };

/**
 * The way without a pipe, for when all are in use: only what the sink takes is taken from the source, so that nothing
 * has to be kept.
 */
export function copy({ libc, scratch }: Plumbing, source: number, sink: number, limit: number): Copied {
  const size = Math.min(limit, scratch.length);
  const seen = libc.recv(source, scratch, size, Socket.MSG_PEEK | Socket.MSG_DONTWAIT);
  if (seen <= 0) return { failed: 'source', errno: seen === -1 ? libc.errno() : 0 };
  const given = libc.send(sink, scratch, seen, SEND_FLAGS);
  if (given === -1) return { failed: 'sink', errno: libc.errno() };
  libc.recv(source, scratch, given, Socket.MSG_TRUNC | Socket.MSG_DONTWAIT);
  return { bytes: given };
}

/** Throws away so many bytes of a pipe: all that are in it. */
export function drain({ libc, scratch }: Plumbing, pipe: Pipe, held: number): void {
  for (let left = held; left > 0; ) {
    const thrown = libc.read(pipe.read, scratch, Math.min(left, scratch.length));
    if (thrown <= 0) throw new Error(`a pipe held ${left} bytes fewer than it had taken`);
    left -= thrown;
  }
}
