// How a lost connection is made again: after pauses that grow, and not at all when the server says no. [RFC 6120 §3.3]

import type { Client } from '@xmpp/client';
import { Backoff } from '../../xmpp/backoff.ts';

/** From the first try to being online again; the client itself would wait for ever where the server says nothing. */
const LOGIN_MS = 30_000;
const PAUSES = { first: 1_000, max: 60_000 };
/** The same again would only come to the same; two who replace each other would do it for ever. [RFC 6120 §4.9.3.3] */
const FINAL: readonly string[] = ['account-disabled', 'conflict', 'credentials-expired', 'not-authorized'];

export interface ReconnectOptions {
  /** False: a connection that is lost is lost for good. */
  readonly reconnects: boolean;
  /** Cuts a connection, or what is to be one. */
  readonly cut: () => void;
}

/** Aborted, with the reason, when the connection is lost for good. */
export function keepConnected(entity: Client, { reconnects, cut }: ReconnectOptions): AbortSignal {
  const gone = new AbortController();
  const pauses = new Backoff(PAUSES, Math.random);
  let deadline: NodeJS.Timeout | undefined;
  if (!reconnects) entity.reconnect.stop();
  entity.on('error', (error) => {
    const condition = 'condition' in error ? String(error.condition) : '';
    if (!FINAL.includes(condition)) return;
    entity.reconnect.stop();
    gone.abort(new Error(`the server does not want us any more (${condition})`, { cause: error }));
  });
  entity.on('connecting', () => {
    deadline = setTimeout(cut, LOGIN_MS).unref();
  });
  entity.on('online', () => {
    clearTimeout(deadline);
    pauses.reset();
  });
  entity.on('disconnect', () => {
    clearTimeout(deadline);
    if (!reconnects) gone.abort(new Error('the connection to the server was lost'));
    entity.reconnect.delay = pauses.next(); // of the try after the one that begins now
  });
  return gone.signal;
}
