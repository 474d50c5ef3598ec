// The requester of a bytestream: offers streamhosts, connects to the one that is used, activates it. [XEP-0065 §5.3, §6.3]

import type { Socket } from 'node:net';
import { readUsed, writeActivation, writeBytestreamOffer } from '../../wire/bytestream-offer.ts';
import type { Streamhost } from '../../wire/bytestreams.ts';
import { type SessionKey, sessionKey } from '../../wire/session-key.ts';
import { within } from '../deadline.ts';
import {
  InvalidAnswerError,
  NoStreamhostReachableError,
  RefusedError,
  StanzaError,
  TransferError,
} from '../errors.ts';
import { isSameJid } from '../same-jid.ts';
import type { Session } from '../session.ts';
import { type Direct, directAddresses } from './addresses.ts';
import { type Bytestream, bytestream } from './bytestream.ts';
import { type Connect, connectAnywhere } from './dial.ts';
import { DirectHost } from './listener.ts';
import { connectToStreamhost } from './socks.ts';

export interface RequesterOptions {
  /** Whether this machine is a streamhost as well; default true. */
  readonly direct?: Direct;
  /** How connections to proxies are made; default: plain TCP. */
  readonly connect?: Connect;
  /** For the target's answer; it may try many streamhosts. Default 90 000 ms. [S5B-R-14] */
  readonly answerMs?: number;
  /** For connecting to the proxy, and for each of its addresses; default 5 000 ms. */
  readonly hostMs?: number;
}

export interface OpenOptions extends RequesterOptions {
  /** The target's full JID, or its JID in a chat room, as its server writes it: the session key is made of it. */
  readonly to: string;
  /** Agreed on with the target. */
  readonly sid: string;
  /** Those of the proxies, the preferred first; ours go before them. */
  readonly proxies?: readonly Streamhost[];
  /** The target knows us by our JID in a room: tell it what to ask the streamhost for. [S5B-R-15] */
  readonly viaRoom?: boolean;
  readonly signal?: AbortSignal;
  /** Told what is offered, before it is. */
  readonly onOffer?: (streamhosts: readonly Streamhost[]) => void;
}

/**
 * Opens a bytestream to a target that has agreed to it.
 * @throws NoStreamhostReachableError when nothing could be offered or reached, RefusedError, InvalidAnswerError,
 *   StanzaError, TimedOutError, CancelledError, OfflineError
 */
export async function openBytestream(session: Session, options: OpenOptions): Promise<Bytestream> {
  const { to, sid, proxies = [], direct = true, viaRoom = false, signal, answerMs = 90_000 } = options;
  const key = sessionKey(sid, session.jid, to);
  const addresses = directAddresses(direct);
  const host = addresses && (await DirectHost.open(addresses, key).catch(() => undefined)); // proxies remain
  let taken: Socket | undefined;
  try {
    const own = (host && addresses?.tell) ?? [];
    const ours = own.map((address) => ({ jid: session.jid, host: address, port: host?.port ?? 0 }));
    const streamhosts = unique([...ours, ...proxies]); // [S5B-R-03]
    if (streamhosts.length === 0) throw new NoStreamhostReachableError('there is no streamhost to offer');
    options.onOffer?.(streamhosts);
    const offer = writeBytestreamOffer({ sid, streamhosts, ...(viaRoom ? { dstaddr: key } : {}) });
    const limits = { timeoutMs: answerMs, ...(signal && { signal }) };
    const answer = await session.request(to, 'set', offer, limits).catch(explainRefusal);
    const used = readUsed(answer);
    const chosen = streamhosts.filter(({ jid }) => used !== undefined && isSameJid(jid, used)); // [S5B-R-06]
    const [first] = chosen;
    if (first === undefined)
      throw new InvalidAnswerError(`${to} uses ${used ?? 'no streamhost'}, which was not offered`);
    if (!isSameJid(first.jid, session.jid)) return await useProxy(session, chosen, key, options);
    taken = host?.take();
    if (taken === undefined)
      throw new InvalidAnswerError(`${to} says that it is connected to us, but is not`);
    // Which of our addresses the target used it does not say; this is where it arrived.
    const at = taken.localAddress?.replace(/^::ffff:/, '') ?? first.host;
    return bytestream(taken, { ...first, host: at }, session.jid);
  } finally {
    if (taken === undefined) host?.close();
    else host?.closeAfter(taken);
  }
}

/** Connects to the proxy, at the first of its addresses that accepts [S5B-R-11], then activates. [S5B-R-08] */
async function useProxy(
  session: Session,
  streamhosts: readonly Streamhost[],
  key: SessionKey,
  { to, sid, signal, connect = connectAnywhere, hostMs = 5_000 }: OpenOptions,
): Promise<Bytestream> {
  const errors: unknown[] = [];
  for (const streamhost of streamhosts) {
    let stream: Socket;
    try {
      stream = await connectToStreamhost(streamhost, key, connect, within(hostMs, session.link, signal));
    } catch (error) {
      if (!(error instanceof TransferError) || signal?.aborted || session.link.aborted) throw error;
      errors.push(error.message);
      continue;
    }
    try {
      await session.request(streamhost.jid, 'set', writeActivation(sid, to), signal ? { signal } : {}); // [S5B-R-09]
      return bytestream(stream, streamhost, session.jid);
    } catch (error) {
      stream.destroy(); // the target, which waits there, sees the end [S5B-R-10]
      throw error;
    }
  }
  throw new NoStreamhostReachableError(
    `the proxy that the target uses cannot be reached: ${errors.join('; ')}`,
  );
}

/** [S5B-R-13] */
function explainRefusal(error: unknown): never {
  if (!(error instanceof StanzaError)) throw error;
  const options = { cause: error };
  if (error.condition === 'item-not-found')
    throw new NoStreamhostReachableError('the target could reach none of the streamhosts', options);
  if (error.condition === 'not-acceptable')
    throw new RefusedError('the target would not take the bytestream', options);
  throw error;
}

/** Each host and port once. [S5B-R-02] */
function unique(streamhosts: readonly Streamhost[]): Streamhost[] {
  return [
    ...new Map(streamhosts.map((one) => [`${one.host} ${one.port}`, one] as const).reverse()).values(),
  ].reverse();
}
