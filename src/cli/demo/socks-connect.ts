// A TCP connection to a streamhost, led through the client side of SOCKS5. [XEP-0065 §6.3.2] [S5B-R-12] [S5B-R-17]

import { connect, type Socket } from 'node:net';
import type { SessionKey } from '../../wire/session-key.ts';
import {
  type Answer,
  clientGreeting,
  connectRequest,
  parseConnectReply,
  parseMethodReply,
} from '../../wire/socks5-client.ts';

/**
 * Connects, and asks for the session key. Not a byte behind the SOCKS reply has been read when it resolves.
 * @throws Error naming the streamhost and what it did; the signal's reason when that is aborted first
 */
export async function connectToStreamhost(
  { host, port }: { readonly host: string; readonly port: number },
  key: SessionKey,
  signal: AbortSignal,
): Promise<Socket> {
  signal.throwIfAborted();
  const socket = connect({ host, port, noDelay: true });
  socket.on('error', () => {}); // told by whatever reads, writes or waits; there are moments when nothing does
  const giveUp = () => socket.destroy();
  signal.addEventListener('abort', giveUp, { once: true });
  try {
    await untilEvent(socket, 'connect');
    await exchange(socket, clientGreeting(), parseMethodReply);
    await exchange(socket, connectRequest(key), parseConnectReply);
    return socket;
  } catch (error) {
    socket.destroy();
    signal.throwIfAborted();
    const what = error instanceof Error ? error.message : String(error);
    throw new Error(`the streamhost ${host}:${port} ${what}`, { cause: error });
  } finally {
    signal.removeEventListener('abort', giveUp);
  }
}

/** Sends one message in one write, and reads its answer, no byte more. */
async function exchange(socket: Socket, message: Buffer, parse: (bytes: Buffer) => Answer): Promise<void> {
  socket.write(message);
  let received = Buffer.alloc(0);
  for (;;) {
    const answer = parse(received);
    if (answer.state === 'accepted') return;
    if (answer.state === 'refused') throw new Error(answer.reason);
    const chunk: unknown = socket.read(Math.min(answer.missing, Math.max(1, socket.readableLength)));
    if (chunk instanceof Buffer) received = Buffer.concat([received, chunk]);
    else await untilEvent(socket, 'readable');
  }
}

/** Resolves on the event; the end of the connection before it is an error. */
function untilEvent(socket: Socket, event: 'connect' | 'readable'): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (outcome: () => void) => {
      socket.off(event, onEvent).off('end', onEnd).off('close', onEnd).off('error', onError);
      outcome();
    };
    const onEvent = () => settle(resolve);
    const onEnd = () => settle(() => reject(new Error('closed the connection during the SOCKS exchange')));
    const onError = (error: Error) => settle(() => reject(new Error(`cannot be reached: ${error.message}`)));
    socket.on(event, onEvent).on('end', onEnd).on('close', onEnd).on('error', onError);
  });
}
