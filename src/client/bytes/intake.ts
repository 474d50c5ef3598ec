// Taking the bytes out of a stream: of a TCP connection into buffers that are used over and over, of others as they come.

import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { takeOver } from '../../sockets/take-over.ts';
import { throwIfAborted } from '../deadline.ts';
import { Ring } from './ring.ts';
import { explainBreak, until, type Waits } from './stream-events.ts';

export class Intake {
  /** What is to be ended and destroyed, in place of the stream that was given. */
  readonly stream: Duplex;
  /** Whether a chunk may be overwritten when the next one is asked for. */
  readonly isReusing: boolean;
  readonly #reader: Reader;

  /** Nobody else may read from this stream any more. */
  constructor(stream: Duplex) {
    this.#reader = readerOfSocket(stream) ?? readerOf(stream);
    this.stream = this.#reader.stream;
    this.isReusing = this.#reader.isReusing;
  }

  /**
   * The next chunk, undefined at the end.
   * @throws InterruptedError when the stream fails, or TimedOutError, CancelledError, OfflineError
   */
  async next(what: string, waits: Waits): Promise<Buffer | undefined> {
    const { stream } = this;
    for (;;) {
      throwIfAborted(waits.signals, what);
      const chunk = this.#reader.take();
      if (chunk !== undefined) return chunk;
      if (stream.errored) throw explainBreak(stream.errored);
      if (stream.readableEnded || stream.destroyed) return undefined;
      await until(stream, (more) => this.#reader.onceMore(more), what, waits);
    }
  }
}

interface Reader {
  readonly stream: Duplex;
  readonly isReusing: boolean;
  /** Undefined when nothing has come. */
  take(): Buffer | undefined;
  /** Calls back when something comes. */
  onceMore(call: () => void): void;
}

function readerOf(stream: Duplex): Reader {
  return {
    stream,
    isReusing: false,
    take() {
      const chunk: unknown = stream.read();
      return chunk instanceof Buffer ? chunk : undefined;
    },
    onceMore: (call) => void stream.once('readable', call),
  };
}

/** One is looked at while the others are filled. */
const SLOTS = 4;
/** Read at a time, in bytes. */
const SLOT = 512 * 1024;

/**
 * Undefined for what is more than a TCP connection, such as TLS, and for one that is closed. Node.js asks where the next
 * read goes right after each read, and reads when we let it: not while all buffers are full.
 */
function readerOfSocket(stream: Duplex): Reader | undefined {
  if (!(stream instanceof Socket) || Object.getPrototypeOf(stream) !== Socket.prototype) return undefined;
  const ring = new Ring(SLOTS, SLOT);
  let isPaused = false;
  let call = () => {};
  const callback = (bytes: number) => {
    ring.fill(bytes);
    isPaused = ring.isFull;
    call();
    return !isPaused;
  };
  const taken = takeOver(stream, { buffer: () => ring.next, callback });
  if (taken === undefined) return undefined;
  const { socket } = taken;
  const unread = taken.unread.length > 0 ? [taken.unread] : [];
  return {
    stream: socket,
    isReusing: true,
    take() {
      const chunk = unread.pop() ?? ring.take();
      if (isPaused && !ring.isFull) {
        isPaused = false;
        socket.resume();
      }
      return chunk;
    },
    onceMore(more) {
      call = more;
    },
  };
}
