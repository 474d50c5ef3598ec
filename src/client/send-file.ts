// One file to one receiver: what it can do, the offer, the stream, the bytes. [XEP-0095, XEP-0096]

import type { Streamhost } from '../wire/bytestreams.ts';
import type { OfferedFile } from '../wire/si-file.ts';
import { sendBytes } from './bytes/send-bytes.ts';
import { anyOf } from './deadline.ts';
import { NoValidStreamsError } from './errors.ts';
import type { FileSource } from './files/ports.ts';
import { allMethods, type Method, usableMethods } from './methods.ts';
import { connect } from './send/connect.ts';
import { chooseMethods, requireFullJid } from './send/peer.ts';
import { PrefixSum } from './send/prefix.ts';
import { type SourceOptions, toSource } from './send/source.ts';
import { proxiesToOffer, type StreamhostOptions } from './send/streamhosts.ts';
import type { Session } from './session.ts';
import {
  startTransfer,
  type Tell,
  type Transfer,
  type TransferEvent,
  type TransferMethod,
} from './transfer.ts';

export interface SendFileOptions extends SourceOptions, StreamhostOptions {
  /** The receiver's full JID. */
  readonly to: string;
  /** Default: application/octet-stream. */
  readonly mimeType?: string;
  /** A sentence for the person who decides. */
  readonly description?: string;
  /** Whether the offer has the file's MD5, for which it is read once more. Default: if it has 16 MiB at most. */
  readonly md5?: boolean;
  /** The ways that may be used; default: both, SOCKS5 first. */
  readonly methods?: readonly Method[];
  /** Larger files are not sent in-band; default: no limit. [IBB-29] */
  readonly maxInBandBytes?: number;
  /** When SOCKS5 fails with a receiver that accepted both ways, go on without a second offer. [SI-I-19] */
  readonly sameSidFallback?: boolean;
  /** `to` is somebody's JID in a chat room. [S5B-R-15] */
  readonly viaRoom?: boolean;
  /** For the receiver's decision; default 600 000 ms. [SI-I-16] */
  readonly decisionMs?: number;
  /** For the receiver to connect to a streamhost; default 90 000 ms. [S5B-R-14] */
  readonly answerMs?: number;
  /** How long no byte may move; default 120 000 ms. */
  readonly idleMs?: number;
  /** For the receiver to close its side after the last byte; default 60 000 ms. */
  readonly closeMs?: number;
  readonly signal?: AbortSignal;
  /** Told each event as it happens; must not throw. */
  readonly onEvent?: (event: TransferEvent) => void;
}

export interface SentFile {
  readonly to: string;
  readonly name: string;
  /** Of the file. */
  readonly size: number;
  /** Where the receiver wanted to begin, and how many bytes it was sent from there. */
  readonly offset: number;
  readonly bytes: number;
  readonly method: TransferMethod;
  /** Through which the bytes went, unless in-band. */
  readonly streamhost?: Streamhost;
  /** Of the file from its beginning to the last byte sent, in lower-case hex. */
  readonly sha256: string;
  /** From the first byte to the end of the stream. */
  readonly seconds: number;
}

const SMALL = 16 * 1024 * 1024;

/**
 * Sends a file. Await it for the outcome, iterate over it for what happens on the way.
 * @throws TransferError of any kind, as a rejection; TypeError for options that make no sense
 */
export function sendFile(session: Session, options: SendFileOptions): Transfer<SentFile> {
  return startTransfer((tell) => send(session, options, tell), options.onEvent);
}

async function send(session: Session, options: SendFileOptions, tell: Tell): Promise<SentFile> {
  const { to, idleMs = 120_000, closeMs = 60_000, decisionMs = 600_000 } = options;
  requireFullJid(to);
  const source = await toSource(options);
  const signal = anyOf(options.signal, session.life);
  const { methods, proxies } = await chooseWays(session, source, options, signal);
  const offer = {
    file: await describe(source, options, signal),
    ...(options.mimeType === undefined ? {} : { mimeType: options.mimeType }),
  };
  const prefix = new PrefixSum(source, signal);
  const { stream, method, streamhost, range } = await connect(session, {
    ...options,
    ...{ offer, methods, proxies, decisionMs, signal, tell },
    sameSidFallback: options.sameSidFallback ?? false,
    viaRoom: options.viaRoom ?? false,
    onRange: ({ offset }) => prefix.begin(offset),
  }).catch((error: unknown) => {
    prefix.stop();
    throw error;
  });
  const begun = performance.now();
  const hash = await prefix.of(stream);
  await sendBytes(stream, {
    ...{ hash, idleMs, closeMs },
    source: source.open(range.offset, range.length, true),
    length: range.length,
    signals: [signal],
    onBytes: (bytes) => tell({ event: 'progress', bytes: range.offset + bytes, total: source.size }),
  });
  return {
    ...{ to, name: offer.file.name, size: source.size, offset: range.offset, bytes: range.length, method },
    ...(streamhost && { streamhost }),
    sha256: hash.digest('hex'),
    seconds: (performance.now() - begun) / 1000,
  };
}

/** The ways that both sides know, and for SOCKS5 the proxies to offer. @throws NoValidStreamsError */
async function chooseWays(
  session: Session,
  { size }: FileSource,
  options: SendFileOptions,
  signal: AbortSignal,
): Promise<{ methods: readonly Method[]; proxies: readonly Streamhost[] }> {
  const { to, methods: wanted = allMethods, maxInBandBytes = Number.POSITIVE_INFINITY } = options;
  const usable = usableMethods(wanted, size, maxInBandBytes);
  const methods = await chooseMethods(session, to, usable, signal);
  const proxies = methods.includes('s5b') ? await proxiesToOffer(session, options, signal) : undefined;
  const remaining = methods.filter((method) => method !== 's5b' || proxies !== undefined);
  if (remaining.length === 0)
    throw new NoValidStreamsError(
      `there is no way to send ${size} bytes to ${to}: ${methods.includes('s5b') ? 'no streamhost to offer, and ' : ''}in-band bytes are not allowed`,
    );
  return { methods: remaining, proxies: proxies ?? [] };
}

/** [SI-I-07] [SI-I-08] [SI-I-09] */
async function describe(
  source: FileSource,
  { description, md5 }: SendFileOptions,
  signal: AbortSignal,
): Promise<OfferedFile> {
  const { name, size, date, isSeekable } = source;
  const hash = isSeekable && (md5 ?? size <= SMALL) ? await source.md5(signal) : undefined;
  return {
    ...{ name, size, hasRanges: isSeekable },
    ...(date && { date }),
    ...(hash === undefined ? {} : { hash }),
    ...(description === undefined ? {} : { description }),
  };
}
