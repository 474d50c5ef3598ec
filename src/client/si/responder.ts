// Stream Initiation as the one who is offered something: what is refused at once, and the answer for the rest.
// [XEP-0095 §3-4, XEP-0096 §3]

import {
  type Answer as Acceptance,
  type Offer,
  type OfferFault,
  readOffer,
  SI,
  writeAnswer,
} from '../../wire/si.ts';
import { StanzaError } from '../errors.ts';
import type { IncomingRequest } from '../handlers.ts';
import { normalise } from '../same-jid.ts';
import type { Session } from '../session.ts';

export interface IncomingOffer extends Offer {
  /** The full JID of whoever offers. */
  readonly from: string;
  readonly mimeType: string;
  /** Of the methods offered those that we know, the one that we prefer first. [SI-R-05] */
  readonly methods: readonly [string, ...string[]];
  /** Aborted when the connection is lost, with which an offer is void. */
  readonly signal: AbortSignal;
}

/** One of the methods, and perhaps a range; a refusal, whose text may be anything; undefined is no. */
export type Decision = Acceptance | StanzaError | undefined;

export interface ResponderOptions {
  /** The methods that we know, the one that we prefer first. */
  readonly methods: readonly string[];
  /** Whoever is not welcome is answered as if nobody were here [SI-R-09]. Default: everybody is. */
  readonly isWelcome?: (from: string) => boolean;
  /** True while a transfer with this id from this peer is under way. [SI-R-10] */
  readonly isLive?: (from: string, id: string) => boolean;
}

/** Answers offers of files from now on, until the returned function is called. */
export function answerOffers(
  session: Session,
  { methods, isWelcome = () => true, isLive = () => false }: ResponderOptions,
  decide: (offer: IncomingOffer) => Decision | Promise<Decision>,
): () => void {
  const undecided = new Set<string>();
  return session.handle('set', SI, 'si', async ({ from, payload, signal }: IncomingRequest) => {
    if (!isWelcome(from)) return new StanzaError({ condition: 'service-unavailable', type: 'cancel' });
    const read = readOffer(payload);
    if (!read.ok) return faults[read.reason]();
    const { offer } = read;
    const key = JSON.stringify([normalise(from), offer.id]);
    if (undecided.has(key) || isLive(from, offer.id))
      return new StanzaError({ condition: 'conflict', type: 'cancel' });
    const [first, ...more] = methods.filter((method) => offer.methods.includes(method));
    if (first === undefined) return faults['no-valid-streams'](); // [SI-R-04]
    undecided.add(key);
    try {
      const decision = await decide({ ...offer, from, methods: [first, ...more], signal });
      if (decision instanceof StanzaError) return decision;
      return decision === undefined ? declined() : writeAnswer(decision);
    } finally {
      undecided.delete(key);
    }
  });
}

/** What a person's no looks like. [SI-R-08] */
export function declined(text = 'Offer Declined'): StanzaError {
  return new StanzaError({ condition: 'forbidden', type: 'cancel', text });
}

/** [SI-R-02] [SI-R-03] [SI-R-04] */
const faults: Readonly<Record<OfferFault, () => StanzaError>> = {
  'bad-request': () => new StanzaError({ condition: 'bad-request', type: 'modify' }),
  'bad-profile': () =>
    new StanzaError({
      condition: 'bad-request',
      type: 'modify',
      application: { name: 'bad-profile', namespace: SI },
    }),
  'no-valid-streams': () =>
    new StanzaError({
      condition: 'bad-request',
      type: 'cancel',
      application: { name: 'no-valid-streams', namespace: SI },
    }),
};
