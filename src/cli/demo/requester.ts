// The sender's side of the exchange: address query, offer, own connection, activation, bytes, FIN. [XEP-0065 §6.3]
// The least that the demo needs; the client library will take its place.

import { once } from 'node:events';
import type { Socket } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { BYTESTREAMS, type Streamhost, writeStreamhosts } from '../../wire/bytestreams.ts';
import { attribute, xml } from '../../wire/xml.ts';
import { unlessAborted, within } from './deadline.ts';
import { Digest, type Sum } from './digest.ts';
import type { Payload } from './payload.ts';
import { readStreamhosts } from './streamhosts.ts';
import type { User } from './user.ts';

const ASK_MS = 10_000;
/** A target may try several streamhosts before it answers. [S5B-R-14] */
const OFFER_MS = 60_000;
const CLOSE_MS = 30_000;

/** Where the proxy takes connections. @throws the proxy's refusal */
export async function askForAddress(user: User, proxy: string, signal: AbortSignal): Promise<Streamhost> {
  const answer = await user.ask('get', proxy, xml('query', { xmlns: BYTESTREAMS }), ASK_MS, signal);
  const [streamhost] = readStreamhosts(answer.getChild('query', BYTESTREAMS));
  if (streamhost === undefined) throw new Error(`${proxy} answered without a streamhost`);
  return streamhost;
}

/** Offers the streamhost and waits until the target is connected to it. @throws the target's refusal */
export async function offer(
  user: User,
  target: string,
  sid: string,
  streamhost: Streamhost,
  signal: AbortSignal,
): Promise<void> {
  const answer = await user.ask('set', target, writeStreamhosts([streamhost], sid), OFFER_MS, signal);
  const used = answer.getChild('query', BYTESTREAMS)?.getChild('streamhost-used', BYTESTREAMS);
  const jid = used && attribute(used, 'jid');
  if (jid !== streamhost.jid) throw new Error(`${target} uses ${jid}, which was not offered`); // [S5B-R-06]
}

/** Asks the proxy to join the two connections. @throws the proxy's refusal */
export async function activate(
  user: User,
  proxy: string,
  sid: string,
  target: string,
  signal: AbortSignal,
): Promise<void> {
  const query = xml('query', { xmlns: BYTESTREAMS, sid }, xml('activate', {}, target));
  await user.ask('set', proxy, query, ASK_MS, signal);
}

/** Sends everything, then FIN, and waits for the other side's. The pace is the reader's. */
export async function sendAll(payload: Payload, socket: Socket, signal: AbortSignal): Promise<Sum> {
  const digest = new Digest();
  const closed = once(socket, 'close');
  closed.catch(() => {}); // told by the pipeline
  socket.resume(); // nothing comes back but the FIN
  const observe = async function* (chunks: AsyncIterable<Buffer>) {
    for await (const chunk of chunks) {
      digest.add(chunk);
      yield chunk;
    }
  };
  await pipeline(payload.open(), observe, socket, { signal });
  await unlessAborted(closed, 'the end of the stream', within(CLOSE_MS, signal));
  return digest.sum();
}
