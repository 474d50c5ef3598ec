// What one running stream is held to: idle time over both directions, duration, quota. [S5B-P-84] [S5B-P-85]

import type { Grant, RelayedStream, StreamEnd } from './ports.ts';

export class StreamWatch {
  readonly stream: RelayedStream;
  readonly #grant: Grant;
  readonly #began: number;
  #moved = 0;
  #movedAt: number;

  /** @param began when it was joined, in the clock's milliseconds */
  constructor(stream: RelayedStream, grant: Grant, began: number) {
    this.stream = stream;
    this.#grant = grant;
    this.#began = began;
    this.#movedAt = began;
  }

  /** Charges what has moved, and ends the stream if it has reached a limit. */
  look(now: number): void {
    const end = this.#judge(now);
    if (end) this.stream.abort(end);
  }

  #judge(now: number): StreamEnd | undefined {
    const before = this.#moved;
    if (this.charge() === 'quota') return 'quota';
    // A one-way transfer never reads on one side: both directions count. (clients.md 2.16)
    if (this.#moved !== before) this.#movedAt = now;
    if (now - this.#movedAt >= this.#grant.idleMs) return 'idle-timeout';
    return now - this.#began >= this.#grant.durationMs ? 'duration-limit' : undefined;
  }

  /** Tells the grant what has moved since the last time. */
  charge(): 'go-on' | 'quota' {
    const { firstToSecond, secondToFirst } = this.stream.bytes();
    const moved = firstToSecond + secondToFirst;
    const bytes = moved - this.#moved;
    this.#moved = moved;
    return bytes > 0 ? this.#grant.charge(bytes) : 'go-on';
  }
}
