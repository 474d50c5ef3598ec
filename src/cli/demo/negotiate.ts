// From nothing to two connections that wait at the proxy: discovery, address, offer, SOCKS5 twice. Told step by step. [XEP-0065 §6.3]

import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { sessionKey } from '../../wire/session-key.ts';
import { within } from './deadline.ts';
import { findProxy } from './find-proxy.ts';
import type { Narrator } from './narrator.ts';
import { askForAddress, offer } from './requester.ts';
import { connectToStreamhost } from './socks-connect.ts';
import { takeOffer } from './target.ts';
import type { User } from './user.ts';

const CONNECT_MS = 10_000;

export interface Negotiation {
  readonly server: string;
  readonly requester: User;
  readonly target: User;
  /** Given each connection as soon as there is one; the caller closes them, also when the negotiation fails. */
  readonly keep: (socket: Socket) => void;
}

export interface Agreed {
  readonly proxy: string;
  readonly sid: string;
  readonly requesterSocket: Socket;
  readonly targetSocket: Socket;
}

/** @throws Error that says which step failed and why */
export async function negotiate(
  { server, requester, target, keep }: Negotiation,
  { step }: Pick<Narrator, 'step'>,
  signal: AbortSignal,
): Promise<Agreed> {
  const found = await findProxy(requester, server, signal);
  const proxy = found.jid;
  step('alice → server', `what is there? ${found.items.join(', ')}`);
  step('alice → proxy', `what are you? proxy/bytestreams, "${found.name}"`);
  const streamhost = await askForAddress(requester, proxy, signal);
  step('alice → proxy', `where do you listen? ${streamhost.host}:${streamhost.port}`);

  const sid = randomBytes(8).toString('hex');
  const key = sessionKey(sid, requester.jid, target.jid);
  step('alice → bob', `offer: sid ${sid}, streamhost ${proxy}`);
  const taken = takeOffer(target, signal).then(({ socket }) => {
    keep(socket);
    return socket;
  });
  await offer(requester, target.jid, sid, streamhost, signal);
  const targetSocket = await taken;
  step('bob → proxy', `SOCKS5 CONNECT ${key}`);
  step('bob → alice', `streamhost-used ${proxy}`);

  const requesterSocket = await connectToStreamhost(streamhost, key, within(CONNECT_MS, signal));
  keep(requesterSocket);
  step('alice → proxy', `SOCKS5 CONNECT ${key}`);
  return { proxy, sid, requesterSocket, targetSocket };
}
