// An in-band bytestream as a Node stream: what is written leaves in blocks, what arrives in blocks is read. [XEP-0047 §2]

import { setMaxListeners } from 'node:events';
import { Duplex } from 'node:stream';
import { type Block, writeClose } from '../../wire/ibb.ts';
import { InterruptedError, StanzaError, TimedOutError } from '../errors.ts';
import type { Session } from '../session.ts';
import { BlockSender } from './block-sender.ts';
import { BlockCarrier } from './carrier.ts';
import type { Agreement, InBandSettings } from './options.ts';
import { placeOf } from './sequence.ts';

/** What is read ahead of the reader, in bytes; beyond it answers are held back. */
const BUFFERED = 256 * 1024;
/** What a reader who is slower than the peer may leave unread; the answers that we hold back stop any fair peer long before. */
const MAX_UNREAD = 8 * 1024 * 1024;

/**
 * Both ways, until one side closes. `end()` sends what is left and closes; 'finish' means that the peer has taken it all.
 * When the peer closes, the readable side ends, and writing more fails with an InterruptedError.
 * Errors: StanzaError, InterruptedError, TimedOutError, OfflineError.
 */
export class IbbStream extends Duplex {
  readonly peer: string;
  readonly sid: string;
  readonly blockSize: number;
  readonly #session: Session;
  readonly #settings: InBandSettings;
  readonly #ended = new AbortController();
  readonly #carrier: BlockCarrier;
  readonly #sender: BlockSender;
  readonly #idle: NodeJS.Timeout | undefined;
  #received = 0;
  /** Answers that wait for the reader. */
  #held: (() => void)[] = [];
  /** Who has closed: the first one counts. */
  #closedBy: 'us' | 'peer' | undefined;
  #isInputOver = false;

  constructor(session: Session, agreement: Agreement, settings: InBandSettings) {
    super({ allowHalfOpen: false, readableHighWaterMark: BUFFERED });
    this.peer = agreement.peer;
    this.sid = agreement.sid;
    this.blockSize = agreement.blockSize;
    this.#session = session;
    this.#settings = settings;
    this.#carrier = new BlockCarrier(session, agreement, settings, this.#ended.signal);
    const deliver = async (seq: number, bytes: Buffer) => {
      await this.#carrier.deliver(seq, bytes);
      this.#idle?.refresh();
    };
    const onFailure = (error: Error) => void this.destroy(error); // [IBB-19]
    this.#sender = new BlockSender(deliver, { ...settings, onFailure });
    const { link } = session;
    setMaxListeners(0, link, this.#ended.signal); // each block on its way listens, no more than the window
    link.addEventListener('abort', () => this.destroy(link.reason), { signal: this.#ended.signal });
    // The one who opened it has the deadlines of its blocks.
    if (!agreement.isOpener) this.#idle = setTimeout(() => this.#onIdle(), settings.idleMs).unref();
  }

  /** Begins the id of every message that carries our data. */
  get messageIdPrefix(): string {
    return this.#carrier.idPrefix;
  }

  /**
   * Takes a block of the peer's; resolves when there is room for more. [IBB-09]
   * @throws StanzaError for what is wrong with the block; the stream is closed then
   */
  async takeBlock({ seq, bytes }: Block): Promise<void> {
    if (this.#isInputOver) throw refusal('item-not-found'); // [IBB-23]
    const place = placeOf(seq, this.#received);
    if (place !== 'next')
      throw this.#break(
        'unexpected-request',
        `block ${seq} ${place === 'used' ? 'came twice' : 'came too early'}`,
      ); // [IBB-12] [IBB-13] [IBB-14]
    if (bytes.length > this.blockSize)
      throw this.#break('bad-request', `a block has ${bytes.length} bytes, more than ${this.blockSize}`); // [IBB-17]
    if (this.readableLength + bytes.length > MAX_UNREAD)
      throw this.#break('resource-constraint', 'the peer sends on without our answers');
    this.#received++;
    this.#idle?.refresh();
    if (bytes.length === 0 || this.push(bytes)) return; // [IBB-18]
    await new Promise<void>((resolve) => this.#held.push(resolve));
  }

  /** The peer's close: ends reading, and resolves when what we had written has left, or could not. [IBB-21] */
  async takeClose(): Promise<void> {
    this.#closedBy ??= 'peer';
    this.#endInput();
    await this.#sender.drain().catch(() => {}); // what is lost is told to whoever wrote it
  }

  override _read(): void {
    const held = this.#held;
    this.#held = [];
    this.#idle?.refresh();
    for (const answer of held) answer();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: (error?: Error | null) => void): void {
    // A block may have to be sent again when the chunk is the writer's again.
    this.#sendBlocks(Buffer.from(chunk)).then(() => callback(), callback);
  }

  override _final(callback: (error?: Error | null) => void): void {
    this.#finish().then(() => callback(), callback);
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    clearTimeout(this.#idle);
    this.#isInputOver = true;
    const reason = error ?? new InterruptedError('the bytestream was closed');
    if (this.#closedBy === undefined) {
      this.#closedBy = 'us';
      const { closeMs: timeoutMs } = this.#settings;
      this.#session.request(this.peer, 'set', writeClose(this.sid), { timeoutMs }).catch(() => {}); // nobody waits for it
    }
    this.#sender.fail(reason);
    this.#ended.abort(reason);
    this._read();
    callback(error);
  }

  async #sendBlocks(chunk: Buffer): Promise<void> {
    for (let start = 0; start < chunk.length; start += this.blockSize) {
      if (this.#closedBy === 'peer') throw new InterruptedError(`${this.peer} closed the bytestream`);
      await this.#sender.send(chunk.subarray(start, start + this.blockSize)); // [IBB-07]
    }
  }

  /** Sends what is left, then closes and waits for the answer, with which the peer's own data ends. [IBB-21] [IBB-24] */
  async #finish(): Promise<void> {
    await this.#sender.drain();
    if (this.#closedBy === 'peer') return;
    this.#closedBy = 'us';
    try {
      const { closeMs: timeoutMs } = this.#settings;
      await this.#session.request(this.peer, 'set', writeClose(this.sid), {
        timeoutMs,
        signal: this.#ended.signal,
      });
    } catch (error) {
      if (!this.#mayIgnore(error)) throw error;
    }
    this.#endInput();
  }

  #endInput(): void {
    if (!this.#isInputOver) this.push(null);
    this.#isInputOver = true;
  }

  /**
   * A peer that knows the stream no longer has closed it [IBB-22]. One that has answered every block has it all, whatever
   * comes of the close: it may be gone by now. COMPAT libpurple: it never answers a close.
   */
  #mayIgnore(error: unknown): boolean {
    if (error instanceof StanzaError && error.condition === 'item-not-found') return true;
    const isRefused = error instanceof StanzaError || error instanceof TimedOutError;
    return isRefused && this.#carrier.kind === 'iq';
  }

  /** Nothing moves: a stalled peer, unless it is our own reader who takes a break. [IBB-28] */
  #onIdle(): void {
    if (this.#held.length > 0) this.#idle?.refresh();
    else
      this.destroy(new TimedOutError(`${this.peer} sent and took nothing for ${this.#settings.idleMs} ms`));
  }

  #break(condition: string, text: string): StanzaError {
    const error = refusal(condition, text);
    // The answer first, then the close. [IBB-13]
    setImmediate(() => this.destroy(new InterruptedError(`${this.peer} broke the bytestream: ${text}`)));
    return error;
  }
}

function refusal(condition: string, text?: string): StanzaError {
  const type = 'cancel'; // [XEP-0047 §2.2]
  return new StanzaError({ condition, type, ...(text === undefined ? {} : { text }) });
}
