// Collects the bytes of a handshake until a parser is satisfied, the peer leaves or the deadline passes. [SOCKS-07] [SOCKS-21]

import type { Socket } from 'node:net';
import type { InvalidReason, Parsed } from '../wire/socks5.ts';

/** The peer closed its side, or the connection, in mid-handshake. */
export class AbortedError extends Error {
  override readonly name = 'AbortedError';
}

/** The handshake took longer than it may. [S5B-P-83] */
export class TimedOutError extends Error {
  override readonly name = 'TimedOutError';
}

export type ReadResult<T, Reason> = { ok: true; value: T } | { ok: false; reason: Reason };

const EMPTY = Buffer.alloc(0);

export class HandshakeReader {
  readonly #socket: Socket;
  readonly #timer: NodeJS.Timeout;
  #bytes: Buffer = EMPTY;
  #ended: Error | undefined;
  #wake: () => void = () => {};
  readonly #onData = (chunk: Buffer) => this.#take(chunk);
  readonly #onEnd = () => this.#end(new AbortedError('the peer closed its side'));
  readonly #onClose = () => this.#end(new AbortedError('the connection closed'));

  /** @param deadlineMs how long the whole handshake may take, in milliseconds. [S5B-P-83] */
  constructor(socket: Socket, deadlineMs: number) {
    this.#socket = socket;
    // A timer of its own: an AbortSignal for each connection took 15 µs.
    this.#timer = setTimeout(() => this.#end(new TimedOutError('the handshake took too long')), deadlineMs);
    socket.on('data', this.#onData).on('end', this.#onEnd).on('close', this.#onClose);
  }

  /** The next message. @throws AbortedError, TimedOutError */
  async read<T, Reason = InvalidReason>(
    parse: (bytes: Buffer) => Parsed<T, Reason>,
  ): Promise<ReadResult<T, Reason>> {
    for (;;) {
      const parsed = parse(this.#bytes);
      if (parsed.state === 'invalid') return { ok: false, reason: parsed.reason };
      if (parsed.state === 'complete') {
        this.#bytes = this.#bytes.subarray(parsed.length);
        return { ok: true, value: parsed.value };
      }
      if (this.#ended) throw this.#ended;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /**
   * Lets go of the socket, which still flows; what was read beyond the handshake comes back [S5B-P-45]. Whoever has it
   * next listens, or stops it, in the same turn. Idempotent.
   */
  release(): Buffer {
    clearTimeout(this.#timer);
    this.#socket.off('data', this.#onData).off('end', this.#onEnd).off('close', this.#onClose);
    return this.#bytes;
  }

  #take(chunk: Buffer): void {
    this.#bytes = this.#bytes.length === 0 ? chunk : Buffer.concat([this.#bytes, chunk]);
    this.#wake();
  }

  #end(reason: Error): void {
    this.#ended ??= reason;
    this.#wake();
  }
}
