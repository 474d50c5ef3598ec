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

export class HandshakeReader {
  readonly #socket: Socket;
  #bytes: Buffer = Buffer.alloc(0);
  #ended: Error | undefined;
  #wake: () => void = () => {};
  readonly #onReadable = () => this.#take();
  readonly #onEnd = () => this.#end(new AbortedError('the peer closed its side'));
  readonly #onClose = () => this.#end(new AbortedError('the connection closed'));

  /** Rejections of `read` come from the deadline's signal, too. */
  constructor(socket: Socket, deadline: AbortSignal) {
    this.#socket = socket;
    socket.on('readable', this.#onReadable).on('end', this.#onEnd).on('close', this.#onClose);
    deadline.addEventListener('abort', () => this.#end(new TimedOutError('the handshake took too long')), {
      once: true,
    });
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

  /** Lets go of the socket; what was read beyond the handshake comes back. [S5B-P-45] */
  release(): Buffer {
    this.#socket.off('readable', this.#onReadable).off('end', this.#onEnd).off('close', this.#onClose);
    return this.#bytes;
  }

  #take(): void {
    const chunk: Buffer | null = this.#socket.read();
    if (chunk === null) return;
    this.#bytes = this.#bytes.length === 0 ? chunk : Buffer.concat([this.#bytes, chunk]);
    this.#wake();
  }

  #end(reason: Error): void {
    this.#ended ??= reason;
    this.#wake();
  }
}
