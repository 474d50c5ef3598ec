// Stream Initiation as the one who offers: a file, the ways to send it, and what the peer makes of both.
// [XEP-0095 §3, XEP-0096 §3]

import { type Offer, readAnswer, SI, writeOffer } from '../../wire/si.ts';
import { type FileRange, resolveRange } from '../../wire/si-range.ts';
import { attribute, findChildren, xml } from '../../wire/xml.ts';
import {
  BadProfileError,
  BadRangeError,
  DeclinedError,
  InvalidAnswerError,
  NotSupportedError,
  NoValidStreamsError,
  StanzaError,
} from '../errors.ts';
import type { Session } from '../session.ts';

export interface OfferOptions {
  /** For the answer, since a person may have to decide; default 600 000 ms. [SI-I-16] */
  readonly answerMs?: number;
  readonly signal?: AbortSignal;
}

export interface Accepted {
  /** The peer's JID as its server writes it, and as the peer does when it makes a session key of it. [S5B-R-08] */
  readonly from: string;
  /** Of the methods that the peer chose and we offered, the one that we offered first. [SI-I-11] */
  readonly method: string;
  /** All of these: Smack chooses every method that it can and waits for each. */
  readonly methods: readonly string[];
  /** What the peer wants of the file. [SI-I-13] */
  readonly range: FileRange;
}

/**
 * Offers a file to a full JID and waits for the answer. One that comes later than `answerMs`, or after the signal,
 * is not looked at: nothing can be taken back in this protocol. [SI-I-20]
 * @throws DeclinedError, NoValidStreamsError, BadProfileError, NotSupportedError, BadRangeError, InvalidAnswerError,
 *   StanzaError, TimedOutError, CancelledError, OfflineError
 */
export async function offerFile(
  session: Session,
  to: string,
  offer: Offer,
  { answerMs = 600_000, signal }: OfferOptions = {},
): Promise<Accepted> {
  const limits = { timeoutMs: answerMs, ...(signal && { signal }) };
  const result = await session.request(to, 'set', writeOffer(offer), limits).catch((error: unknown) => {
    throw error instanceof StanzaError ? explain(error, to) : error;
  });
  const [si = xml('si')] = findChildren(result, 'si', SI);
  const answer = readAnswer(si);
  if (!answer.ok && answer.reason === 'bad-range')
    throw new BadRangeError(`${to} asks for a range that is none`);
  if (!answer.ok) throw new InvalidAnswerError(`${to} accepted without choosing a stream method`); // [SI-I-12]
  const methods = offer.methods.filter((method) => answer.methods.includes(method));
  const [method] = methods;
  if (method === undefined)
    throw new InvalidAnswerError(`${to} chose ${answer.methods.join(', ')}, which was not offered`); // [SI-I-10]
  const { size, hasRanges } = offer.file;
  const { range: wanted = {} } = answer;
  const range = resolveRange(wanted, size);
  const isWhole = range?.offset === 0 && range.length === size;
  if (range === undefined || (!isWhole && !hasRanges))
    throw new BadRangeError(`${to} asks for ${JSON.stringify(wanted)} of a file of ${size} bytes`); // [SI-I-14]
  return { from: attribute(result, 'from') ?? to, method, methods, range };
}

/** [SI-I-15] */
function explain(error: StanzaError, to: string): Error {
  const options = { cause: error };
  const application = error.application?.namespace === SI ? error.application.name : undefined;
  if (application === 'no-valid-streams')
    return new NoValidStreamsError(`${to} can use none of the stream methods that we offer`, options);
  if (application === 'bad-profile')
    return new BadProfileError(`${to} does not take offers of files, or not such`, options);
  if (error.condition === 'forbidden') return new DeclinedError(`${to} declined the file`, options);
  if (error.condition === 'service-unavailable' || error.condition === 'feature-not-implemented')
    return new NotSupportedError(`${to} is not there, or takes no files by Stream Initiation`, options);
  return error;
}
