// The receiver's side of the exchange: takes one offer, connects, names the streamhost it uses, reads to the end. [XEP-0065 §5.3]
// The least that the demo needs; the client library will take its place.

import type { Socket } from 'node:net';
import { BYTESTREAMS, type Streamhost } from '../../wire/bytestreams.ts';
import { type SessionKey, sessionKey } from '../../wire/session-key.ts';
import { attribute, type Element, xml } from '../../wire/xml.ts';
import { within } from './deadline.ts';
import { Digest, type Sum } from './digest.ts';
import { connectToStreamhost } from './socks-connect.ts';
import { readStreamhosts } from './streamhosts.ts';
import type { User } from './user.ts';

const CONNECT_MS = 5_000; // [S5B-T-05]
const STALL_MS = 60_000;

/** A connection that waits at a streamhost for the requester. Whoever gets it closes it. */
export interface Connected {
  readonly socket: Socket;
  readonly streamhost: Streamhost;
}

/**
 * Takes the offers that come: connects to the first of the streamhosts that can be reached, and tells which.
 * Resolves with the first connection, before the requester is told of it.
 */
export function takeOffer(user: User, signal: AbortSignal): Promise<Connected> {
  return new Promise((resolve) => {
    user.answer(BYTESTREAMS, 'query', async (query, from) => {
      const sid = attribute(query, 'sid') ?? '';
      const streamhosts = readStreamhosts(query);
      if (sid === '' || streamhosts.length === 0) return { condition: 'bad-request', type: 'modify' }; // [S5B-T-01]
      const connected = await connectToAny(streamhosts, sessionKey(sid, from, user.jid), signal);
      if (connected === undefined) return { condition: 'item-not-found', type: 'cancel' }; // [S5B-T-10]
      resolve(connected);
      return streamhostUsed(sid, connected.streamhost);
    });
  });
}

async function connectToAny(
  streamhosts: readonly Streamhost[],
  key: SessionKey,
  signal: AbortSignal,
): Promise<Connected | undefined> {
  for (const streamhost of streamhosts) {
    try {
      const socket = await connectToStreamhost(streamhost, key, within(CONNECT_MS, signal));
      return { socket, streamhost };
    } catch {
      if (signal.aborted) break; // else on to the next one
    }
  }
  return undefined;
}

/** [S5B-T-09] */
function streamhostUsed(sid: string, { jid }: Streamhost): Element {
  return xml('query', { xmlns: BYTESTREAMS, sid }, xml('streamhost-used', { jid }));
}

/**
 * Reads to the end.
 * @param onBytes told the number of bytes so far after each piece
 * @throws Error when the connection breaks, or no byte comes for a minute
 */
export async function receiveAll(
  socket: Socket,
  onBytes: (bytes: number) => void,
  signal: AbortSignal,
): Promise<Sum> {
  const digest = new Digest();
  const giveUp = () => socket.destroy(new Error('called off'));
  signal.addEventListener('abort', giveUp, { once: true });
  socket.setTimeout(STALL_MS, () => socket.destroy(new Error(`no byte came for ${STALL_MS / 1000} s`)));
  try {
    for await (const chunk of socket) {
      digest.add(chunk);
      onBytes(digest.bytes);
    }
    return digest.sum();
  } finally {
    signal.removeEventListener('abort', giveUp);
    socket.destroy();
  }
}
