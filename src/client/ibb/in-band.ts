// The in-band bytestreams of one session: who may open one, and which stanza belongs to which. [XEP-0047]

import { IBB, readBlock, readOpen } from '../../wire/ibb.ts';
import { writeStanzaError } from '../../wire/stanza-error.ts';
import { attribute, type Element, findChildren, xml } from '../../wire/xml.ts';
import { anyOf } from '../deadline.ts';
import { CancelledError, InterruptedError, StanzaError } from '../errors.ts';
import type { IncomingRequest } from '../handlers.ts';
import { normalise } from '../same-jid.ts';
import type { Session } from '../session.ts';
import { Expectations } from './expectations.ts';
import { IbbStream } from './ibb-stream.ts';
import { negotiateOpen, type OpenOptions } from './open.ts';
import { type Agreement, type InBandOptions, type InBandSettings, inBandDefaults } from './options.ts';

/** @example
 * const inBand = new InBandBytestreams(session);
 * const stream = await inBand.open('bob@example.org/phone', sid); // or: await inBand.accept('alice@example.org/desk', sid)
 * stream.end('hello');
 */
export class InBandBytestreams {
  readonly #session: Session;
  readonly #settings: InBandSettings;
  readonly #streams = new Map<string, IbbStream>();
  readonly #expected = new Expectations<IbbStream>();
  readonly #release: (() => void)[];

  /** One for a session: from now on it answers everything that is in-band. */
  constructor(session: Session, options: InBandOptions = {}) {
    this.#session = session;
    this.#settings = { ...inBandDefaults, ...options };
    this.#release = [
      session.handle('set', IBB, 'open', (request) => this.#onOpen(request)),
      session.handle('set', IBB, 'data', ({ from, payload }) => this.#onData(from, payload)),
      session.handle('set', IBB, 'close', ({ from, payload }) => this.#onClose(from, payload)),
      session.onMessage((message) => this.#onMessage(message)),
      session.onPresence((presence) => this.#onPresence(presence)),
    ];
  }

  /**
   * Opens a stream to a full JID; nothing is sent before the peer has agreed. [IBB-03]
   * @throws RefusedError, NotSupportedError, StanzaError, TimedOutError, CancelledError, OfflineError
   */
  async open(to: string, sid: string, options: OpenOptions = {}): Promise<IbbStream> {
    const key = keyOf(to, sid);
    if (this.#streams.has(key)) throw new Error(`there is a bytestream ${sid} with ${to} already`);
    const agreement = await negotiateOpen(this.#session, to, sid, options);
    return this.#add(key, { ...agreement, isOpener: true }, options);
  }

  /**
   * Waits until the peer opens this stream; opens that nobody waits for are refused [IBB-05].
   * @throws CancelledError or TimedOutError, as the signal says, OfflineError
   */
  accept(from: string, sid: string, signal?: AbortSignal): Promise<IbbStream> {
    const { link } = this.#session;
    return this.#expected.add(keyOf(from, sid), signal === undefined ? link : anyOf(link, signal));
  }

  /** Ends every stream, and answers nothing any more. Idempotent. */
  close(): void {
    for (const release of this.#release.splice(0)) release();
    this.#expected.clear(new CancelledError('in-band bytestreams were closed'));
    for (const stream of this.#streams.values()) stream.destroy();
  }

  #onOpen({ from, payload }: IncomingRequest): undefined {
    const read = readOpen(payload);
    if (!read.ok) throw refusal('bad-request', 'modify'); // [IBB-06] [IBB-26]
    const { open } = read;
    const key = keyOf(from, open.sid);
    const { acceptMessages, maxBlockSize } = this.#settings;
    const isUnwanted = open.stanza === 'message' && !acceptMessages; // [IBB-26]
    if (!this.#expected.has(key) || this.#streams.has(key) || isUnwanted)
      throw refusal('not-acceptable', 'cancel'); // [IBB-05] [IBB-06]
    if (open.blockSize > maxBlockSize) throw refusal('resource-constraint', 'modify'); // [IBB-04]
    this.#expected.meet(key, this.#add(key, { ...open, peer: from, isOpener: false }, {}));
    return undefined;
  }

  async #onData(from: string, payload: Element): Promise<undefined> {
    const read = readBlock(payload);
    const stream = this.#streams.get(keyOf(from, attribute(payload, 'sid') ?? ''));
    if (stream === undefined) throw refusal('item-not-found', 'cancel'); // [IBB-11] [IBB-23]
    if (!read.ok) throw refusal('bad-request', 'cancel'); // [IBB-15]
    await stream.takeBlock(read.block);
    return undefined;
  }

  async #onClose(from: string, payload: Element): Promise<undefined> {
    const key = keyOf(from, attribute(payload, 'sid') ?? '');
    const stream = this.#streams.get(key);
    if (stream === undefined) throw refusal('item-not-found', 'cancel'); // [IBB-22]
    this.#streams.delete(key);
    await stream.takeClose();
    return undefined;
  }

  /** Data in a message, on whatever kind of stream: older software never says which it uses [IBB-25] (clients.md section 3). */
  #onMessage(message: Element): void {
    const from = attribute(message, 'from') ?? '';
    if (attribute(message, 'type') === 'error') this.#onBounce(message, from);
    else for (const data of findChildren(message, 'data', IBB)) void this.#onMessageData(message, from, data);
  }

  async #onMessageData(message: Element, to: string, data: Element): Promise<void> {
    try {
      await this.#onData(to, data);
    } catch (error) {
      if (!(error instanceof StanzaError)) throw error;
      const id = attribute(message, 'id');
      const answer = xml('message', { to, type: 'error', ...(id === undefined ? {} : { id }) });
      answer.append(writeStanzaError(error));
      await this.#session.send(answer).catch(() => {}); // nobody is left to be told
    }
  }

  #onBounce(message: Element, from: string): void {
    const id = attribute(message, 'id') ?? '';
    for (const stream of this.#streams.values()) {
      if (id.startsWith(stream.messageIdPrefix))
        stream.destroy(new InterruptedError(`${from} could not take a block`));
    }
  }

  #onPresence(presence: Element): void {
    if (attribute(presence, 'type') !== 'unavailable') return;
    const from = normalise(attribute(presence, 'from') ?? '');
    for (const stream of this.#streams.values()) {
      if (normalise(stream.peer) === from) stream.destroy(new InterruptedError(`${from} went offline`)); // [IBB-28]
    }
  }

  #add(key: string, agreement: Agreement, { window }: OpenOptions): IbbStream {
    const settings = window === undefined ? this.#settings : { ...this.#settings, window };
    const stream = new IbbStream(this.#session, agreement, settings);
    this.#streams.set(key, stream);
    const forget = () => void (this.#streams.get(key) === stream && this.#streams.delete(key));
    stream.once('finish', forget).once('close', forget);
    return stream;
  }
}

function keyOf(peer: string, sid: string): string {
  return `${normalise(peer)}\n${sid}`;
}

function refusal(condition: string, type: 'cancel' | 'modify'): StanzaError {
  return new StanzaError({ condition, type });
}
