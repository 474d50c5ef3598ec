// How blocks reach the peer: in an iq each, or in messages when the peer asked for them or reads nothing else. [XEP-0047 §2.2, §4]

import { randomBytes } from 'node:crypto';
import { type Carrier as Kind, writeBlock } from '../../wire/ibb.ts';
import { xml } from '../../wire/xml.ts';
import { TimedOutError } from '../errors.ts';
import type { Session } from '../session.ts';
import type { Agreement, InBandSettings } from './options.ts';

export class BlockCarrier {
  /** Begins the id of every message of this stream, by which a bounced one is known. */
  readonly idPrefix = `ibb-${randomBytes(9).toString('base64url')}-`;
  readonly #session: Session;
  readonly #agreement: Agreement;
  readonly #settings: InBandSettings;
  readonly #signal: AbortSignal;
  #kind: Kind;
  #isProven = false;
  #lastId = 0;

  /** @param signal ends all waiting */
  constructor(session: Session, agreement: Agreement, settings: InBandSettings, signal: AbortSignal) {
    this.#session = session;
    this.#agreement = agreement;
    this.#settings = settings;
    this.#signal = signal;
    this.#kind = agreement.stanza;
  }

  /** What data goes in at present. */
  get kind(): Kind {
    return this.#kind;
  }

  /** Sends a block; resolves with its answer, or when a message has left for the server. @throws StanzaError, TimedOutError, OfflineError */
  async deliver(seq: number, bytes: Buffer): Promise<void> {
    if (this.#kind === 'iq' && (await this.#tryIq(seq, bytes))) return;
    const { peer, sid } = this.#agreement;
    const id = `${this.idPrefix}${this.#lastId++}`; // [IBB-25]
    await this.#session.send(xml('message', { to: peer, id }, writeBlock({ sid, seq, bytes })));
  }

  /**
   * False when the very first block is not answered. COMPAT xmpp4r 0.5.6: its target reads messages only, and does not
   * answer an iq that it does not know.
   */
  async #tryIq(seq: number, bytes: Buffer): Promise<boolean> {
    const { peer, sid } = this.#agreement;
    const { firstAnswerMs } = this.#settings;
    // Those that follow wait behind each other: whoever sends them sees to it that answers come at all.
    const timeoutMs = this.#isProven ? Number.POSITIVE_INFINITY : firstAnswerMs;
    const signal = this.#signal;
    try {
      await this.#session.request(peer, 'set', writeBlock({ sid, seq, bytes }), { timeoutMs, signal });
      this.#isProven = true;
      return true;
    } catch (error) {
      if (this.#isProven || !(error instanceof TimedOutError)) throw error;
      this.#kind = 'message';
      return false;
    }
  }
}
