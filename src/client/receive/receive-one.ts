// One accepted file: the sink, the answer, the stream, the bytes, the checks. [XEP-0096 §3]

import type { Answer } from '../../wire/si.ts';
import { receiveBytes } from '../bytes/receive-bytes.ts';
import { anyOf } from '../deadline.ts';
import { BadRangeError } from '../errors.ts';
import type { FileSink, OpenedSink } from '../files/ports.ts';
import { methodOfNamespace, namespaceOfMethod } from '../methods.ts';
import type { TargetOptions } from '../s5b/target.ts';
import type { Session } from '../session.ts';
import { type Decision, declined, type IncomingOffer } from '../si/responder.ts';
import type { Tell } from '../transfer.ts';
import type { ReceivedFile } from './file-offer.ts';
import { SecondWay, type SecondWays } from './second-way.ts';
import { expectStream, withStream } from './streams.ts';

export interface ReceiveOptions extends TargetOptions {
  /** Until an accepted stream stands; default 120 000 ms. [SI-R-13] */
  readonly streamMs?: number;
  /** For a sender to come another way when SOCKS5 has failed; default 30 000 ms. [SI-R-12] */
  readonly secondWayMs?: number;
  /** For the first byte of a stream that stands; default 120 000 ms. [S5B-T-11] */
  readonly firstByteMs?: number;
  /** How long no byte may move; default 120 000 ms. */
  readonly idleMs?: number;
  /** For the sender to close its side after the last byte; default 3 000 ms. */
  readonly closeMs?: number;
}

export interface ReceiveOne {
  readonly session: Session;
  readonly offer: IncomingOffer;
  readonly options: ReceiveOptions;
  readonly ways: SecondWays;
  readonly sink: FileSink;
  readonly signal: AbortSignal | undefined;
  readonly decide: (decision: Decision) => void;
  readonly tell: Tell;
}

/** @throws TransferError of any kind; the peer is told no if it had not been told yes */
export async function receiveOne(one: ReceiveOne): Promise<ReceivedFile> {
  const { offer, decide } = one;
  let opened: OpenedSink;
  try {
    opened = await one.sink.open(offer.file, offer.from);
  } catch (error) {
    decide(declined('There is no room for this file.')); // [SI-R-17]
    throw error;
  }
  try {
    if (opened.offset > 0 && (!offer.file.hasRanges || opened.offset > offer.file.size)) {
      decide(declined());
      throw new BadRangeError(`the sink wants to begin at byte ${opened.offset}, which was not offered`);
    }
    const way = await take(one, opened);
    const stored = await opened.finish();
    return { ...stored, ...way, from: offer.from, name: offer.file.name, offset: opened.offset };
  } catch (error) {
    await opened.abort();
    throw error;
  }
}

/** How the bytes came. */
async function take(
  { session, offer, options, ways, signal, decide, tell }: ReceiveOne,
  sink: OpenedSink,
): Promise<Pick<ReceivedFile, 'method' | 'streamhost' | 'seconds'>> {
  const { from, id: sid, file } = offer;
  const { offset } = sink;
  const answer: Answer = { method: offer.methods[0], ...(offset > 0 ? { range: { offset } } : {}) };
  const limits = anyOf(signal, session.life);
  const {
    streamMs = 120_000,
    secondWayMs = 30_000,
    firstByteMs = 120_000,
    idleMs = 120_000,
    closeMs = 3_000,
  } = options;
  const method = methodOfNamespace(answer.method) ?? 'ibb';
  const secondWay: SecondWay = new SecondWay(offer, (again) => {
    const another = again.methods.find((one) => one === namespaceOfMethod('ibb')) ?? again.methods[0];
    const how = { ...streams, sid: again.id, method: methodOfNamespace(another) ?? 'ibb' };
    return { answer: { ...answer, method: another }, incoming: expectStream(session, how) };
  });
  const streams = { ...options, from, sid, method, streamMs, secondWayMs, secondWay, signal: limits, tell };
  ways.open(secondWay);
  try {
    tell({ event: 'accepted', method, offset });
    const received = withStream(session, streams, async ({ stream, method, streamhost }, until) => {
      const begun = performance.now();
      await receiveBytes(stream, {
        ...{ firstByteMs, idleMs, closeMs, signals: [until] },
        length: file.size - offset,
        write: (chunk) => sink.write(chunk),
        keepsChunks: sink.keepsChunks ?? true,
        onBytes: (bytes) => {
          ways.close(secondWay);
          tell({ event: 'progress', bytes: offset + bytes, total: file.size });
        },
      });
      return { method, ...(streamhost && { streamhost }), seconds: (performance.now() - begun) / 1000 };
    });
    decide(answer); // the stream is expected by now: the peer may open it at once
    return await received;
  } finally {
    ways.close(secondWay);
  }
}
