// Connects to one address as a client does, and completes the SOCKS5 handshake there. [XEP-0065 §6.3.2]

import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { SessionKey } from '../wire/session-key.ts';
import {
  type Answer,
  clientGreeting,
  connectRequest,
  parseConnectReply,
  parseMethodReply,
} from '../wire/socks5-client.ts';

/** What came of it. */
export type Outcome =
  | { readonly kind: 'accepted' }
  /** It answers, but not as a streamhost that is asked for this key. */
  | { readonly kind: 'refused'; readonly how: string }
  /** It accepts the connection, and says nothing. */
  | { readonly kind: 'silent' }
  /** No connection; a code of the system such as ECONNREFUSED. */
  | { readonly kind: 'no-connection'; readonly code: string };

/** Never rejects. @param signal ends it; what comes of it then is of no interest */
export async function probe(
  { host, port }: { readonly host: string; readonly port: number },
  key: SessionKey,
  signal: AbortSignal,
): Promise<Outcome> {
  const socket = connect({ host, port });
  socket.on('error', () => {}); // told by whatever waits
  const giveUp = () => socket.destroy(new Error('ETIMEDOUT'));
  if (signal.aborted) giveUp();
  signal.addEventListener('abort', giveUp, { once: true });
  try {
    await once(socket, 'connect');
  } catch (error) {
    return { kind: 'no-connection', code: codeOf(error) };
  }
  try {
    return await converse(socket, key);
  } finally {
    signal.removeEventListener('abort', giveUp);
    socket.destroy();
  }
}

async function converse(socket: Socket, key: SessionKey): Promise<Outcome> {
  const chunks: AsyncIterator<Buffer> = socket[Symbol.asyncIterator]();
  const exchanges: [Buffer, (bytes: Buffer) => Answer][] = [
    [clientGreeting(), parseMethodReply],
    [connectRequest(key), parseConnectReply],
  ];
  for (const [message, parse] of exchanges) {
    socket.write(message);
    let received = Buffer.alloc(0);
    for (let answer = parse(received); answer.state !== 'accepted'; answer = parse(received)) {
      if (answer.state === 'refused') return { kind: 'refused', how: answer.reason };
      const chunk = await chunks.next().catch(() => undefined);
      if (chunk === undefined || chunk.done) return { kind: 'silent' };
      received = Buffer.concat([received, chunk.value]);
    }
  }
  return { kind: 'accepted' };
}

/** A name with several addresses fails with an AggregateError, but here every host is an address. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return 'code' in error ? String(error.code) : error.message;
}
