// Whether the server is still there: asked at intervals, twice if need be, then given up. [RFC 6120 §4.6] [COMP-20]

import type { Clock } from '../rendezvous/ports.ts';

export interface LivenessOptions {
  readonly clock: Clock;
  /** From a sign of life after a question to the next question, in milliseconds. */
  readonly intervalMs: number;
  /** From the question to giving up, in milliseconds; it is repeated at half time. */
  readonly timeoutMs: number;
  /** Sends the question; `again` when the first has had no answer. */
  ask(again: boolean): void;
  /** Nothing came in for the whole timeout. */
  giveUp(): void;
}

/** Anything that comes in after the question is a sign of life, be it the answer, an error or something else. */
export class Liveness {
  readonly #options: LivenessOptions;
  #state: 'off' | 'waiting' | 'asked' = 'off';
  #cancel = () => {};

  constructor(options: LivenessOptions) {
    this.#options = options;
  }

  start(): void {
    this.#state = 'waiting';
    this.#next(this.#options.intervalMs, () => this.#ask());
  }

  /** Something came in. */
  heard(): void {
    if (this.#state === 'asked') this.start();
  }

  /** Idempotent. */
  stop(): void {
    this.#state = 'off';
    this.#cancel();
  }

  #ask(): void {
    const half = this.#options.timeoutMs / 2;
    this.#state = 'asked';
    this.#next(half, () => {
      this.#next(half, () => {
        this.stop();
        this.#options.giveUp();
      });
      this.#options.ask(true);
    });
    this.#options.ask(false);
  }

  #next(ms: number, step: () => void): void {
    this.#cancel();
    this.#cancel = this.#options.clock.after(ms, step);
  }
}
