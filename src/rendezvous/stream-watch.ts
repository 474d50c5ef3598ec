// What one running stream is held to, and how fast it is: idle time over both directions, duration, quota, rates.
// [S5B-P-84] [S5B-P-85]

import type { SessionKey } from '../wire/session-key.ts';
import type {
  Applicant,
  Grant,
  Rate,
  RelayedStream,
  RunningStream,
  StreamEnd,
  StreamSummary,
} from './ports.ts';

export interface Watched {
  readonly key: SessionKey;
  readonly stream: RelayedStream;
  readonly grant: Grant;
  readonly applicant: Applicant;
  /** When it was joined, in the clock's milliseconds. */
  readonly began: number;
  /** What it has been drawn from since. */
  readonly rates: readonly Rate[];
}

export class StreamWatch {
  readonly key: SessionKey;
  readonly stream: RelayedStream;
  readonly grant: Grant;
  readonly #applicant: Applicant;
  readonly #began: number;
  #moved = 0;
  #movedAt: number;
  #lookedAt: number;
  #bytesPerSecond = 0;
  #rates: readonly Rate[];

  constructor({ key, stream, grant, applicant, began, rates }: Watched) {
    this.key = key;
    this.stream = stream;
    this.grant = grant;
    this.#applicant = applicant;
    this.#began = began;
    this.#movedAt = began;
    this.#lookedAt = began;
    this.#rates = rates;
  }

  /** Charges what has moved, and ends the stream if it has reached a limit; else it has the rates of its grant. */
  look(now: number): void {
    const end = this.#judge(now);
    if (end) this.stream.abort(end);
    else this.#drawAsGranted();
  }

  /** Tells the grant what has moved since the last time. */
  charge(): 'go-on' | 'quota' {
    const moved = this.#bytes();
    const bytes = moved - this.#moved;
    this.#moved = moved;
    return this.grant.charge(bytes);
  }

  describe(now: number): RunningStream {
    const { className } = this.grant;
    const { requester, target } = this.#applicant;
    const [bytes, bytesPerSecond] = [this.#bytes(), this.#bytesPerSecond];
    return { requester, target, className, bytes, bytesPerSecond, ageMs: now - this.#began };
  }

  /** What there is to say when it has ended. */
  summarise(now: number, reason: StreamEnd): StreamSummary {
    return {
      key: this.key,
      ...this.#applicant,
      bytes: this.stream.bytes(),
      durationMs: now - this.#began,
      className: this.grant.className,
      reason,
    };
  }

  #judge(now: number): StreamEnd | undefined {
    const before = this.#moved;
    const verdict = this.charge();
    this.#bytesPerSecond = ((this.#moved - before) * 1000) / Math.max(1, now - this.#lookedAt);
    this.#lookedAt = now;
    if (verdict === 'quota') return 'quota';
    // A one-way transfer never reads on one side: both directions count. (clients.md 2.16)
    if (this.#moved !== before) this.#movedAt = now;
    if (now - this.#movedAt >= this.grant.idleMs) return 'idle-timeout';
    return now - this.#began >= this.grant.durationMs ? 'duration-limit' : undefined;
  }

  /** A reload or a quota may have changed what it is to be drawn from. */
  #drawAsGranted(): void {
    const { rates } = this.grant;
    if (rates === this.#rates) return;
    this.#rates = rates;
    this.stream.draw(rates);
  }

  #bytes(): number {
    const { firstToSecond, secondToFirst } = this.stream.bytes();
    return firstToSecond + secondToFirst;
  }
}
