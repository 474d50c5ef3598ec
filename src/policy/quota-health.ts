// Whether the store does what it is asked: told once when it begins to fail, and once when it works again.

/** The part of the core's clock that is needed here; monotonic, in milliseconds. */
export interface QuotaClock {
  now(): number;
  after(ms: number, callback: () => void): () => void;
}

export type StoreOperation = 'read' | 'write' | 'forget' | 'close';

export interface StoreWatcher {
  onFailed(operation: StoreOperation, error: Error): void;
  onRecovered(operation: StoreOperation, failedForMs: number): void;
}

/** A store that has not answered for so long counts as failing; what was asked may still be answered. */
const ANSWER_MS = 10_000;

/** One for each operation: a full disc can be read, and that does not mean that it can be written again. */
export class StoreHealth {
  readonly #operation: StoreOperation;
  readonly #clock: QuotaClock;
  readonly #watcher: StoreWatcher;
  #failedSince: number | undefined;
  #failures = 0;

  constructor(operation: StoreOperation, clock: QuotaClock, watcher: StoreWatcher) {
    this.#operation = operation;
    this.#clock = clock;
    this.#watcher = watcher;
  }

  get failing(): boolean {
    return this.#failedSince !== undefined;
  }

  /** Failures so far, those that were not told among them. */
  get failures(): number {
    return this.#failures;
  }

  /** The answer, or undefined when it is a failure. Never rejects. */
  async watch<T>(answer: Promise<T>): Promise<T | undefined> {
    const late = new Error(`it has not answered for ${ANSWER_MS / 1000} s`);
    const cancel = this.#clock.after(ANSWER_MS, () => this.#fail(late));
    try {
      const value = await answer;
      this.#recover();
      return value;
    } catch (cause) {
      this.#fail(cause instanceof Error ? cause : new Error(String(cause)));
      return undefined;
    } finally {
      cancel();
    }
  }

  #fail(error: Error): void {
    this.#failures++;
    if (this.#failedSince !== undefined) return;
    this.#failedSince = this.#clock.now();
    this.#watcher.onFailed(this.#operation, error);
  }

  #recover(): void {
    if (this.#failedSince === undefined) return;
    const failedForMs = this.#clock.now() - this.#failedSince;
    this.#failedSince = undefined;
    this.#watcher.onRecovered(this.#operation, failedForMs);
  }
}
