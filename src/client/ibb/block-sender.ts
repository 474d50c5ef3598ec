// Blocks on their way: several at once, within a window, each until its answer. [XEP-0047 §2.2, §4] [IBB-10]

import { SEQ_MODULUS } from '../../wire/ibb.ts';
import { InterruptedError, StanzaError, TimedOutError } from '../errors.ts';

/** One block, in the order of sending. */
export interface OutgoingBlock {
  /** Counted from 0 without wrapping. */
  readonly index: number;
  readonly bytes: Buffer;
  readonly isRetry?: boolean;
}

/** Sends one block; resolves when it has been taken. */
export type Deliver = (seq: number, bytes: Buffer) => Promise<void>;

export interface BlockSenderOptions {
  /** How many blocks may be without an answer at once. */
  readonly window: number;
  /** Blocks may be without an answer for so long after the one before, in milliseconds. */
  readonly answerMs: number;
  /** The pause before blocks that could not be delivered are sent again, in milliseconds. */
  readonly retryMs: number;
  /** Told once, also when nobody waits. */
  readonly onFailure: (error: Error) => void;
}

/**
 * Keeps the order, and fails as a whole: after the first error nothing is sent any more. The first block goes alone,
 * since its answer shows whether the peer reads this kind of stanza at all.
 */
export class BlockSender {
  readonly #deliver: Deliver;
  readonly #options: BlockSenderOptions;
  #next = 0;
  #inFlight = 0;
  /** The end of what has been taken; everything before it has left. */
  #taken = 0;
  /** Blocks that came back undelivered. */
  #returned: OutgoingBlock[] = [];
  #failure: Error | undefined;
  /** Since the last answer: where a server is slow or shapes, blocks wait for their turn much longer than for their answer. */
  #silence: NodeJS.Timeout | undefined;
  #waiters: (() => void)[] = [];

  constructor(deliver: Deliver, options: BlockSenderOptions) {
    this.#deliver = deliver;
    this.#options = options;
  }

  get isIdle(): boolean {
    return this.#inFlight === 0 && this.#returned.length === 0;
  }

  /** Sends a block as soon as the window has room for it. @throws what failed this block or one before it */
  async send(bytes: Buffer): Promise<void> {
    const window = () => (this.#taken === 0 ? 1 : this.#options.window);
    while (this.#failure === undefined && (this.#returned.length > 0 || this.#inFlight >= window()))
      await this.#change();
    if (this.#failure !== undefined) throw this.#failure;
    this.#post({ index: this.#next++, bytes });
  }

  /** Resolves when every block has been taken. @throws what failed one of them */
  async drain(): Promise<void> {
    while (this.#failure === undefined && !this.isIdle) await this.#change();
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Everybody who waits fails with this. */
  fail(error: Error): void {
    if (this.#failure !== undefined) return;
    this.#failure = error;
    clearTimeout(this.#silence);
    this.#returned = [];
    this.#wake();
    this.#options.onFailure(error);
  }

  #post(block: OutgoingBlock): void {
    if (this.#inFlight++ === 0) this.#silence?.refresh();
    this.#deliver(block.index % SEQ_MODULUS, block.bytes) // [IBB-08]
      .then(
        () => this.#onTaken(block),
        (error: unknown) => this.#onError(block, error),
      );
  }

  #onTaken({ index }: OutgoingBlock): void {
    this.#inFlight--;
    this.#taken = Math.max(this.#taken, index + 1);
    this.#onAnswer();
    this.#settle();
  }

  /** What was wrong with the block itself ends the stream [IBB-19]; what could not be delivered gets a second try. [IBB-20] */
  #onError(block: OutgoingBlock, error: unknown): void {
    this.#inFlight--;
    if (!block.isRetry && error instanceof StanzaError && error.type === 'wait') {
      this.#returned.push(block);
      this.#onAnswer();
      this.#settle();
    } else {
      this.fail(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #onAnswer(): void {
    if (this.#failure !== undefined) return;
    this.#silence ??= setTimeout(() => this.#onSilence(), this.#options.answerMs).unref();
    this.#silence.refresh();
  }

  /** [IBB-28] */
  #onSilence(): void {
    const { answerMs } = this.#options;
    if (this.#inFlight > 0) this.fail(new TimedOutError(`no block was answered for ${answerMs} ms`));
  }

  /** When all answers are in: sends again what came back, unless a later block has arrived before it. */
  #settle(): void {
    this.#wake();
    if (this.#inFlight > 0 || this.#returned.length === 0) return;
    this.#returned.sort((one, other) => one.index - other.index);
    if (this.#taken > (this.#returned[0]?.index ?? 0)) {
      this.fail(new InterruptedError('a block could not be delivered, and those after it were'));
      return;
    }
    setTimeout(() => this.#retry(), this.#options.retryMs).unref();
  }

  #retry(): void {
    if (this.#failure !== undefined) return;
    const blocks = this.#returned;
    this.#returned = [];
    for (const block of blocks) this.#post({ ...block, isRetry: true });
  }

  #change(): Promise<void> {
    return new Promise((resolve) => this.#waiters.push(resolve));
  }

  #wake(): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const wake of waiters) wake();
  }
}
