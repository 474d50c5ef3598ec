// The portable engine: Node.js sockets, one reusable read buffer a direction. [S5B-P-46..48]

import type { Socket } from 'node:net';
import type { RateTable } from '../policy/rate.ts';
import {
  type Clock,
  type EngineTimeouts,
  type Peer,
  PeerGoneError,
  type Rate,
  type RelayEngine,
  type RelayedStream,
} from '../rendezvous/ports.ts';
import { takeOver } from '../sockets/take-over.ts';
import { BufferPool } from './buffer-pool.ts';
import { ClockTimetable } from './clock-timetable.ts';
import { type EarlyData, HeldPeer } from './held-peer.ts';
import { Pacing, type PacingParts } from './pacing.ts';
import { SocketStream } from './socket-stream.ts';

export interface StreamRelayOptions {
  readonly earlyData: EarlyData;
  /** How long a half-closed stream may go without a byte, in milliseconds. */
  readonly halfCloseMs: number;
  /** Where the rates of its streams are; default: there are none. */
  readonly rates?: RateTable | undefined;
}

export class StreamRelay implements RelayEngine {
  readonly name = 'stream';
  readonly #clock: Clock;
  readonly #options: StreamRelayOptions;
  readonly #buffers = new BufferPool();
  readonly #peers = new Set<Peer>();
  readonly #streams = new Set<SocketStream>();
  readonly #pacing: PacingParts | undefined;
  #halfCloseMs: number;

  constructor(clock: Clock, options: StreamRelayOptions) {
    this.#clock = clock;
    this.#options = options;
    const { rates } = options;
    this.#halfCloseMs = options.halfCloseMs;
    this.#pacing = rates && { slots: rates.slots, timetable: new ClockTimetable(clock, rates.now) };
  }

  hold(socket: Socket, early: Buffer, remote = socket.remoteAddress ?? 'unknown'): Peer {
    const peer = new HeldPeer(socket, early, this.#options.earlyData, remote);
    this.#peers.add(peer);
    socket.once('close', () => this.#peers.delete(peer));
    return peer;
  }

  async join(first: Peer, second: Peer, rates: readonly Rate[] = []): Promise<RelayedStream> {
    if (!(first instanceof HeldPeer) || !(second instanceof HeldPeer)) {
      throw new TypeError('a peer of another engine cannot be joined');
    }
    if (first.condition === 'gone' || second.condition === 'gone') throw new PeerGoneError();
    const pacing = new Pacing(
      this.#pacing,
      rates.map(({ index }) => index),
    );
    const buffers = [this.#buffers.take(), this.#buffers.take()] as const;
    const giveBack = () => buffers.forEach((buffer) => void this.#buffers.give(buffer));
    let stream: SocketStream | undefined;
    const into = (buffer: Buffer) => ({ buffer, pacing });
    const one = this.#adopt(first, into(buffers[0]), (bytes) => stream?.fromFirst(bytes) ?? false);
    const two = one && this.#adopt(second, into(buffers[1]), (bytes) => stream?.fromSecond(bytes) ?? false);
    if (!one || !two) {
      one?.socket.destroy();
      giveBack();
      throw new PeerGoneError();
    }
    const halfCloseMs = () => this.#halfCloseMs;
    stream = new SocketStream(one.socket, two.socket, { clock: this.#clock, halfCloseMs, pacing });
    stream.prime(one.early, two.early);
    this.#add(stream);
    const running = stream;
    void stream.ended.then(() => {
      this.#delete(running);
      giveBack();
    });
    return stream;
  }

  reconfigure({ halfCloseMs }: Pick<EngineTimeouts, 'halfCloseMs'>): void {
    this.#halfCloseMs = halfCloseMs;
  }

  async close(): Promise<void> {
    for (const peer of this.#peers) peer.close();
    const streams = [...this.#streams];
    this.#abortAll();
    await Promise.all(streams.map((stream) => stream.ended));
  }

  /** When the process exits, the system would send a FIN, and what was passed on until then would look whole. */
  readonly #abortAll = (): void => {
    for (const stream of this.#streams) stream.abort('shutdown');
  };

  #add(stream: SocketStream): void {
    if (this.#streams.size === 0) process.on('exit', this.#abortAll);
    this.#streams.add(stream);
  }

  #delete(stream: SocketStream): void {
    this.#streams.delete(stream);
    if (this.#streams.size === 0) process.off('exit', this.#abortAll);
  }

  /** Takes the peer's socket over; undefined when it has been closed and nobody has been told yet. */
  #adopt(
    peer: HeldPeer,
    { buffer, pacing }: { buffer: Buffer; pacing: Pacing },
    onBytes: (bytes: Buffer) => boolean,
  ): { socket: Socket; early: Buffer } | undefined {
    const released = peer.release();
    const callback = (length: number) => onBytes(buffer.subarray(0, length));
    // Node.js reads as much as fits, and what waits here for its turn hides a reset behind it: a turn is enough.
    const into = () => (pacing.pace ? buffer.subarray(0, pacing.pace.turn(buffer.length)) : buffer);
    const taken = released && takeOver(released.socket, { buffer: into, callback });
    if (!taken) return undefined;
    this.#peers.delete(peer);
    return { socket: taken.socket, early: Buffer.concat([released.early, taken.unread]) };
  }
}
