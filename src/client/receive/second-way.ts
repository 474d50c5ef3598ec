// The short time in which a sender whose SOCKS5 failed may come again with the same file, and nobody is asked twice. [SI-R-12]

import type { Answer } from '../../wire/si.ts';
import { CancelledError } from '../errors.ts';
import { namespaceOfMethod } from '../methods.ts';
import { isSameJid } from '../same-jid.ts';
import type { IncomingOffer } from '../si/responder.ts';

/** An offer that takes the place of one that was accepted, and what it was answered. */
export interface Replacement {
  readonly sid: string;
  readonly answer: Answer;
}

/** Waits for a new offer of a file that was accepted already. */
export class SecondWay {
  /** Aborted when there is one. */
  readonly signal: AbortSignal;
  readonly #taken = new AbortController();
  readonly #first: IncomingOffer;
  readonly #answer: (offer: IncomingOffer) => Answer;
  #replacement: Replacement | undefined;
  /** Whether the first way has failed as far as we know; the sender may know before us. */
  hasFailed = false;

  constructor(first: IncomingOffer, answer: (offer: IncomingOffer) => Answer) {
    this.#first = first;
    this.#answer = answer;
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
    const answer = this.#answer(offer);
    this.#replacement = { sid: offer.id, answer };
    this.#taken.abort(new CancelledError('the sender offers the file anew'));
    return answer;
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
