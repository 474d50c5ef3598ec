// A waiting connection of the portable engine: watched for FIN and RST, its early bytes kept in bounded memory. [XEP-0065 §10.1]
//
// Node.js notices a FIN only by reading, so unlike the kernel's buffer this one has to be read into. When it is
// full, reading stops and the rest waits in the kernel, as does a FIN behind it. [S5B-P-44]

import type { Socket } from 'node:net';
import type { Peer } from '../rendezvous/ports.ts';
import { closeGently } from '../sockets/close-gently.ts';

/** `hold`: early bytes are the first ones delivered. `discard`: they are thrown away until the join. [S5B-P-45] */
export type EarlyData = 'hold' | 'discard';

/** Early bytes that one connection may leave with us. */
const EARLY_LIMIT_BYTES = 64 * 1024;

export class HeldPeer implements Peer {
  readonly remote: string;
  readonly #socket: Socket;
  readonly #earlyData: EarlyData;
  #early: Buffer[] = [];
  #earlyBytes = 0;
  #condition: Peer['condition'] = 'open';
  #released = false;
  #listener: () => void = () => {};

  constructor(socket: Socket, early: Buffer, earlyData: EarlyData, remote: string) {
    this.remote = remote;
    this.#socket = socket;
    this.#earlyData = earlyData;
    if (early.length > 0) this.#keep(early);
    socket.on('data', (chunk: Buffer) => this.#keep(chunk));
    socket.on('end', () => this.#become('finished'));
    socket.on('error', () => this.#become('gone'));
    socket.on('close', () => this.#become('gone'));
    if (socket.destroyed) this.#condition = 'gone';
    else if (socket.readableEnded) this.#condition = 'finished';
    else if (this.#earlyBytes < EARLY_LIMIT_BYTES) socket.resume();
  }

  get condition(): Peer['condition'] {
    return this.#condition;
  }

  onChange(listener: () => void): void {
    this.#listener = listener;
  }

  close(): void {
    if (this.#released) return;
    this.#early = [];
    this.#condition = 'gone';
    closeGently(this.#socket);
  }

  /** Hands the socket and the early bytes over to the relay; undefined when the peer is gone. */
  release(): { socket: Socket; early: Buffer } | undefined {
    if (this.#condition === 'gone' || this.#released) return undefined;
    this.#released = true;
    return { socket: this.#socket, early: Buffer.concat(this.#early) };
  }

  #keep(chunk: Buffer): void {
    if (this.#earlyData === 'discard') return;
    // A copy: the chunk may be a slice of a much larger buffer that would stay in memory with it.
    this.#early.push(Buffer.from(chunk));
    this.#earlyBytes += chunk.length;
    if (this.#earlyBytes >= EARLY_LIMIT_BYTES) this.#socket.pause();
  }

  #become(condition: 'finished' | 'gone'): void {
    if (this.#condition === 'gone' || this.#released) return;
    this.#condition = condition;
    if (condition === 'gone') {
      this.#early = [];
      this.#socket.destroy();
    }
    this.#listener();
  }
}
