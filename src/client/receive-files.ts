// Files from anybody who is welcome: offers on one side, decisions on the other. [XEP-0095, XEP-0096]

import { setMaxListeners } from 'node:events';
import { FEATURE_NEG } from '../wire/feature-neg.ts';
import { FILE_TRANSFER, SI } from '../wire/si.ts';
import { answerDisco, type DiscoAnswer } from './answer-disco.ts';
import { anyOf } from './deadline.ts';
import { inBandOf } from './in-band-of.ts';
import { allMethods, type Method, methodOfNamespace, namespaceOfMethod, usableMethods } from './methods.ts';
import { FileOffer, type Receive, type ReceivedFile } from './receive/file-offer.ts';
import { type ReceiveOptions, receiveOne } from './receive/receive-one.ts';
import { SecondWays } from './receive/second-way.ts';
import { Sinks } from './receive/sink.ts';
import { answerBytestreams } from './s5b/target.ts';
import { normalise } from './same-jid.ts';
import type { Session } from './session.ts';
import { answerOffers, type Decision, declined, type IncomingOffer } from './si/responder.ts';

export interface ReceiveFilesOptions extends ReceiveOptions {
  /** Who may offer; all others are answered as if nobody were here. Default: everybody. [SI-R-09] */
  readonly isWelcome?: (from: string) => boolean;
  /** Larger files are declined unasked; default: no limit but the room that the sink has. [SI-R-17] */
  readonly maxSize?: number;
  /** The ways that may be used; default: both, SOCKS5 first. */
  readonly methods?: readonly Method[];
  /** Larger files are not taken in-band; default: no limit. [IBB-29] */
  readonly maxInBandBytes?: number;
  /** What service discovery tells of us beside the features of this library; false when you answer it yourself. */
  readonly disco?: DiscoAnswer | false;
  /** Ends every transfer that is under way. */
  readonly signal?: AbortSignal;
  /** Told what the handler throws; default: a process warning. */
  readonly onError?: (error: Error) => void;
}

/** Calls `accept` or `decline`; an offer that it does neither with is declined when it returns. */
export type OfferHandler = (offer: FileOffer) => unknown;

export interface FileReceiver {
  /** What service discovery has to tell, for those who answer it themselves. [SI-R-01] [IBB-27] */
  readonly features: readonly string[];
  /** Takes no more offers; transfers that are under way go on. Idempotent. */
  close(): void;
}

/** Lets a handler decide on every offer of a file to this session. @throws Error when somebody receives on it already */
export function receiveFiles(
  session: Session,
  handler: OfferHandler,
  options: ReceiveFilesOptions = {},
): FileReceiver {
  return new Receiver(session, handler, options);
}

class Receiver implements FileReceiver {
  readonly features: readonly string[];
  readonly #session: Session;
  readonly #handler: OfferHandler;
  readonly #options: ReceiveFilesOptions;
  readonly #ways = new SecondWays();
  readonly #sinks = new Sinks();
  readonly #live = new Set<string>();
  readonly #release: (() => void)[];

  constructor(session: Session, handler: OfferHandler, options: ReceiveFilesOptions) {
    const { methods = allMethods, disco, isWelcome } = options;
    this.#session = session;
    this.#handler = handler;
    this.#options = options;
    const namespaces = allMethods.filter((method) => methods.includes(method)).map(namespaceOfMethod);
    this.features = [SI, FILE_TRANSFER, FEATURE_NEG, ...namespaces];
    const isLive = (from: string, id: string) => this.#live.has(keyOf(from, id));
    const responder = { methods: namespaces, isLive, ...(isWelcome && { isWelcome }) };
    this.#release = [answerOffers(session, responder, (offer) => this.#take(offer))];
    answerBytestreams(session);
    inBandOf(session);
    if (disco === false) return;
    const features = [...this.features, ...(disco?.features ?? [])];
    this.#release.push(answerDisco(session, { ...disco, features }));
  }

  close(): void {
    for (const release of this.#release.splice(0)) release();
  }

  /** The decision comes as soon as the handler has made it; the transfer goes on behind it. */
  #take(offer: IncomingOffer): Decision | Promise<Decision> {
    const again = this.#ways.answer(offer);
    if (again !== undefined) return again; // [SI-R-12]
    const { maxSize = Number.POSITIVE_INFINITY, maxInBandBytes = Number.POSITIVE_INFINITY } = this.#options;
    if (offer.file.size > maxSize) return declined('The file is too large.');
    const usable = usableMethods(allMethods, offer.file.size, maxInBandBytes);
    const [first, ...more] = offer.methods.filter((one) => usable.includes(methodOfNamespace(one) ?? 'ibb'));
    if (first === undefined) return declined('The file is too large to be sent in-band.');
    return new Promise((decide) => this.#ask({ ...offer, methods: [first, ...more] }, decide));
  }

  /** An offer is decided once: what comes later is not heard. */
  #ask(offer: IncomingOffer, settle: (decision: Decision) => void): void {
    const { onError = (error: Error) => process.emitWarning(error) } = this.#options;
    const decide = (decision: Decision) => {
      offer.signal.removeEventListener('abort', giveUp);
      settle(decision);
    };
    const giveUp = () => decide(undefined);
    setMaxListeners(0, offer.signal); // one for each offer that is not decided yet
    offer.signal.addEventListener('abort', giveUp);
    const fileOffer = new FileOffer(offer, (...how) => this.#receive(offer, ...how), decide);
    const handle = async () => {
      await this.#handler(fileOffer);
    };
    handle()
      .catch((error: unknown) => onError(error instanceof Error ? error : new Error(String(error))))
      .finally(() => fileOffer.isDecided || decide(undefined));
  }

  async #receive(
    offer: IncomingOffer,
    ...[to, signal, decide, tell]: Parameters<Receive>
  ): Promise<ReceivedFile> {
    const key = keyOf(offer.from, offer.id);
    this.#live.add(key);
    try {
      return await receiveOne({
        ...{
          session: this.#session,
          offer,
          options: this.#options,
          ways: this.#ways,
          sink: this.#sinks.of(to),
        },
        ...{ signal: anyOf(signal, this.#options.signal), decide, tell },
      });
    } finally {
      this.#live.delete(key);
    }
  }
}

function keyOf(from: string, id: string): string {
  return JSON.stringify([normalise(from), id]);
}
