// What can be set for in-band bytestreams, and what it is if it is not set.

import type { Carrier } from '../../wire/ibb.ts';

export interface InBandOptions {
  /** The largest block that is accepted from others, in bytes before base64. Default 65535, which is all that there are. */
  readonly maxBlockSize?: number;
  /** Whether others may open streams whose data comes in messages. Default true. */
  readonly acceptMessages?: boolean;
  /** How many blocks may be on their way without an answer. Default 64. */
  readonly window?: number;
  /** No answer for so long, while blocks wait for theirs, ends the stream, in milliseconds. Default 60 000. */
  readonly answerMs?: number;
  /** The same for the first block, after which data goes in messages instead, in milliseconds. Default 5000. */
  readonly firstAnswerMs?: number;
  /** A stream that was accepted and on which nothing moves for so long ends, in milliseconds. Default 120 000. */
  readonly idleMs?: number;
  /** How long the peer may take to answer a close, in milliseconds. Default 5000. */
  readonly closeMs?: number;
  /** The pause before what could not be delivered is sent again, in milliseconds. Default 2000. */
  readonly retryMs?: number;
}

export type InBandSettings = Required<InBandOptions>;

export const inBandDefaults: InBandSettings = {
  maxBlockSize: 65_535,
  acceptMessages: true,
  window: 64,
  answerMs: 60_000,
  firstAnswerMs: 5_000,
  idleMs: 120_000,
  closeMs: 5_000,
  retryMs: 2_000,
};

/** One stream as both sides know it. */
export interface Agreement {
  /** The full JID at the other end. */
  readonly peer: string;
  readonly sid: string;
  /** The most bytes in a block, either way. */
  readonly blockSize: number;
  readonly stanza: Carrier;
  /** Whether we opened it. */
  readonly isOpener: boolean;
}
