// From a file to a stream that carries it: the offer, the way that the receiver chose, in-band bytes if that fails.
// [XEP-0095 §3, XEP-0096 §3.1]

import { randomBytes } from 'node:crypto';
import type { Duplex } from 'node:stream';
import type { Streamhost } from '../../wire/bytestreams.ts';
import type { Offer } from '../../wire/si.ts';
import type { FileRange } from '../../wire/si-range.ts';
import {
  InvalidAnswerError,
  NoStreamhostReachableError,
  StanzaError,
  type TransferError,
} from '../errors.ts';
import { inBandOf } from '../in-band-of.ts';
import { type Method, methodOfNamespace, namespaceOfMethod } from '../methods.ts';
import { openBytestream, type RequesterOptions } from '../s5b/requester.ts';
import type { Session } from '../session.ts';
import { type Accepted, offerFile } from '../si/initiator.ts';
import type { Tell, TransferMethod } from '../transfer.ts';

export interface ConnectOptions extends RequesterOptions {
  readonly to: string;
  readonly offer: Pick<Offer, 'file' | 'mimeType'>;
  readonly methods: readonly Method[];
  readonly proxies: readonly Streamhost[];
  readonly viaRoom: boolean;
  readonly sameSidFallback: boolean;
  /** For the receiver's decision. */
  readonly decisionMs: number;
  readonly signal: AbortSignal;
  readonly tell: Tell;
  /** Told what part of the file is wanted, as soon as that is known. */
  readonly onRange: (range: FileRange) => void;
}

export interface Connection {
  readonly stream: Duplex;
  readonly method: TransferMethod;
  readonly streamhost?: Streamhost;
  readonly range: FileRange;
}

interface Agreed extends Accepted {
  readonly sid: string;
}

/** Offers, and opens the stream that the receiver has chosen. @throws as `offerFile` and `openBytestream` */
export async function connect(session: Session, options: ConnectOptions): Promise<Connection> {
  const agreed = await agree(session, options, options.methods);
  if (methodOfNamespace(agreed.method) === 'ibb') return openInBand(session, options, agreed);
  try {
    return await openSocks(session, options, agreed);
  } catch (error) {
    if (!mayFallBack(error, options)) throw error;
    options.tell({ event: 'fallback', error });
    return openInBand(session, options, await agreeAgain(session, options, agreed));
  }
}

/** An id is never used twice, cannot be guessed, and may stand as an IBB sid. [SI-I-04] */
export function newStreamId(): string {
  return `s${randomBytes(12).toString('hex')}`;
}

async function agree(session: Session, options: ConnectOptions, methods: readonly Method[]): Promise<Agreed> {
  const { to, offer, decisionMs: answerMs, signal, tell, onRange } = options;
  const sid = newStreamId();
  const namespaces = methods.map(namespaceOfMethod);
  tell({ event: 'offered', methods: namespaces });
  const accepted = await offerFile(
    session,
    to,
    { ...offer, id: sid, methods: namespaces },
    { answerMs, signal },
  );
  onRange(accepted.range);
  const method = methodOfNamespace(accepted.method) ?? 'ibb';
  tell({ event: 'accepted', method, offset: accepted.range.offset });
  return { ...accepted, sid };
}

/**
 * A new offer with in-band bytes alone [SI-I-18]; for those who accepted both and wait for both, as Smack does, and
 * if the caller says so, the old one is good enough. [SI-I-19]
 */
function agreeAgain(session: Session, options: ConnectOptions, agreed: Agreed): Promise<Agreed> | Agreed {
  const isWaiting = agreed.methods.includes(namespaceOfMethod('ibb'));
  return options.sameSidFallback && isWaiting ? agreed : agree(session, options, ['ibb']);
}

async function openSocks(
  session: Session,
  options: ConnectOptions,
  { from: to, sid, range }: Agreed,
): Promise<Connection> {
  const onOffer = (streamhosts: readonly Streamhost[]) => options.tell({ event: 'streamhosts', streamhosts });
  const opened = await openBytestream(session, { ...options, to, sid, onOffer }); // [SI-I-17]
  const { method, streamhost } = opened;
  options.tell({ event: 'connected', method, streamhost });
  return { ...opened, range };
}

async function openInBand(
  session: Session,
  { signal, tell }: ConnectOptions,
  { from: to, sid, range }: Agreed,
): Promise<Connection> {
  const stream = await inBandOf(session).open(to, sid, { signal });
  tell({ event: 'connected', method: 'ibb' });
  return { stream, method: 'ibb', range };
}

/** Not when the receiver would not have the stream, did not answer, or one of the two sides has gone. [S5B-R-13] */
function mayFallBack(error: unknown, { methods }: ConnectOptions): error is TransferError {
  const isOfTheWay =
    error instanceof NoStreamhostReachableError ||
    error instanceof InvalidAnswerError ||
    error instanceof StanzaError;
  return isOfTheWay && methods.includes('ibb');
}
