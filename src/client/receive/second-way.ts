// The short time in which a sender whose SOCKS5 failed may come again with the same file, and nobody is asked twice. [SI-R-12]

import type { Duplex } from 'node:stream';
import type { Streamhost } from '../../wire/bytestreams.ts';
import type { Answer } from '../../wire/si.ts';
import { CancelledError } from '../errors.ts';
import { namespaceOfMethod } from '../methods.ts';
import { isSameJid } from '../same-jid.ts';
import type { IncomingOffer } from '../si/responder.ts';
import type { TransferMethod } from '../transfer.ts';

/** What becomes of an offer that takes the place of one that was accepted. */
export interface Replacement {
  readonly answer: Answer;
  /** Expected from the moment of the answer on. */
  readonly incoming: Promise<IncomingStream>;
}

export interface IncomingStream {
  readonly stream: Duplex;
  readonly method: TransferMethod;
  readonly streamhost?: Streamhost;
}

/** Waits for a new offer of a file that was accepted already. */
export class SecondWay {
  /** Aborted when there is one. */
  readonly signal: AbortSignal;
  readonly #taken = new AbortController();
  readonly #first: IncomingOffer;
  readonly #replace: (offer: IncomingOffer) => Replacement;
  #replacement: Replacement | undefined;
  /** Whether the first way has failed as far as we know; the sender may know before us. */
  hasFailed = false;

  constructor(first: IncomingOffer, replace: (offer: IncomingOffer) => Replacement) {
    this.#first = first;
    this.#replace = replace;
    this.signal = this.#taken.signal;
  }

  get replacement(): Replacement | undefined {
    return this.#replacement;
  }

  /** The same file from the same sender; while the first way may still do, only if the other one is not SOCKS5 again. */
  matches({ from, file, methods }: IncomingOffer): boolean {
    const { from: sender, file: known } = this.#first;
    return (
      (this.hasFailed || !methods.includes(namespaceOfMethod('s5b'))) &&
      isSameJid(from, sender) &&
      file.name === known.name &&
      file.size === known.size &&
      file.hash === known.hash
    );
  }

  /** The answer to an offer that matches. */
  take(offer: IncomingOffer): Answer {
    const replacement = this.#replace(offer);
    replacement.incoming.catch(() => {}); // told when it is waited for
    this.#replacement = replacement;
    this.#taken.abort(new CancelledError('the sender offers the file anew'));
    return replacement.answer;
  }
}

/** The transfers of one receiver that can still take a second way. */
export class SecondWays {
  readonly #open = new Set<SecondWay>();

  open(way: SecondWay): void {
    this.#open.add(way);
  }

  close(way: SecondWay): void {
    this.#open.delete(way);
  }

  /** Used once. */
  answer(offer: IncomingOffer): Answer | undefined {
    const way = [...this.#open].find((one) => one.matches(offer));
    if (way === undefined) return undefined;
    this.#open.delete(way);
    return way.take(offer);
  }
}
