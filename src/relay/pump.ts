// One direction of a stream: what the source sends goes to the sink, then its FIN. [S5B-P-48] [S5B-P-80]
//
//      source ──onread──▶ one buffer ──write──▶ sink
//         ▲                                      │
//         └── resume ◀── drain (buffer is free) ─┘
//
// The buffer is the only memory of a direction: the source is not read while the sink has not taken all of it.

import type { Socket } from 'node:net';

export class Pump {
  readonly #source: Socket;
  readonly #sink: Socket;
  #accepted = 0;
  #blocked = false;
  #ended = false;

  constructor(source: Socket, sink: Socket) {
    this.#source = source;
    this.#sink = sink;
    sink.on('drain', () => this.#unblock());
    source.on('end', () => this.#end());
  }

  /** Bytes that the sink's kernel buffer has taken; exact once the direction has ended. */
  get bytes(): number {
    return this.#accepted - this.#sink.writableLength;
  }

  /** The source has sent FIN. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Nobody takes these bytes any more. */
  get sinkGone(): boolean {
    return this.#sink.destroyed;
  }

  /** Early bytes, before anything that is read. */
  prime(bytes: Buffer): void {
    if (bytes.length > 0 && !this.#write(bytes)) this.#source.pause();
  }

  /** Bytes have been read into the buffer; false: the buffer is still in use, do not read again yet. */
  onRead(bytes: Buffer): boolean {
    return this.#write(bytes);
  }

  #write(bytes: Buffer): boolean {
    this.#accepted += bytes.length;
    this.#sink.write(bytes);
    // With a high-water mark of 0 `write` always says false and 'drain' always follows; only the length tells.
    this.#blocked = this.#sink.writableLength > 0;
    return !this.#blocked;
  }

  #unblock(): void {
    if (!this.#blocked) return;
    this.#blocked = false;
    this.#source.resume();
  }

  #end(): void {
    this.#ended = true;
    this.#sink.end();
  }
}
