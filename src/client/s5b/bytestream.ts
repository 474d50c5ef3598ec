// A SOCKS5 bytestream that stands, as both sides see it. [XEP-0065]

import type { Socket } from 'node:net';
import type { Streamhost } from '../../wire/bytestreams.ts';
import { isSameJid } from '../same-jid.ts';

/** How the bytes go: to the requester itself, or through a proxy. */
export type BytestreamMethod = 's5b-direct' | 's5b-proxy';

export interface Bytestream {
  /** Both ways; whoever gets it ends it. */
  readonly stream: Socket;
  readonly streamhost: Streamhost;
  readonly method: BytestreamMethod;
}

export function bytestream(stream: Socket, streamhost: Streamhost, requester: string): Bytestream {
  return { stream, streamhost, method: isSameJid(streamhost.jid, requester) ? 's5b-direct' : 's5b-proxy' };
}
