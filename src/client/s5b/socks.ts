// The client side of SOCKS5 on a TCP connection to a streamhost, in two steps: connected, then asked. [XEP-0065 §6.3.2]

import type { Socket } from 'node:net';
import type { SessionKey } from '../../wire/session-key.ts';
import {
  type Answer,
  clientGreeting,
  connectRequest,
  parseConnectReply,
  parseMethodReply,
} from '../../wire/socks5-client.ts';
import { explainAbort } from '../deadline.ts';
import { NoStreamhostReachableError } from '../errors.ts';
import type { Address, Connect } from './dial.ts';

/**
 * A TCP connection. The socket is destroyed when it throws.
 * @throws NoStreamhostReachableError naming the host and why, or what the signal's abortion stands for
 */
export async function dial(address: Address, connect: Connect, signal: AbortSignal): Promise<Socket> {
  if (signal.aborted) throw explainAbort(signal, nameOf(address));
  const socket = connect(address);
  socket.on('error', () => {}); // told by whatever reads, writes or waits; there are moments when nothing does
  await guarded(socket, address, signal, async () => {
    if (socket.readyState !== 'open') await untilEvent(socket, 'connect');
  });
  return socket;
}

/**
 * Asks a streamhost for the session key, each message in one write and only after the answer to the one before
 * [S5B-R-12]. Not a byte behind its reply has been read when it resolves. The socket is destroyed when it throws.
 * @throws as `dial`
 */
export async function askForKey(
  socket: Socket,
  address: Address,
  key: SessionKey,
  signal: AbortSignal,
): Promise<void> {
  await guarded(socket, address, signal, async () => {
    await exchange(socket, clientGreeting(), parseMethodReply);
    await exchange(socket, connectRequest(key), parseConnectReply);
  });
}

/** Both steps. @throws as `dial` */
export async function connectToStreamhost(
  address: Address,
  key: SessionKey,
  connect: Connect,
  signal: AbortSignal,
): Promise<Socket> {
  const socket = await dial(address, connect, signal);
  await askForKey(socket, address, key, signal);
  return socket;
}

export function nameOf({ host, port }: Address): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

async function guarded(
  socket: Socket,
  address: Address,
  signal: AbortSignal,
  act: () => Promise<void>,
): Promise<void> {
  const giveUp = () => socket.destroy();
  signal.addEventListener('abort', giveUp, { once: true });
  try {
    if (signal.aborted) giveUp();
    await act();
  } catch (error) {
    socket.destroy();
    if (signal.aborted) throw explainAbort(signal, `the streamhost ${nameOf(address)}`);
    const what = error instanceof Error ? error.message : String(error);
    throw new NoStreamhostReachableError(`the streamhost ${nameOf(address)} ${what}`, { cause: error });
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
    const onError = (error: Error) =>
      settle(() => reject(new Error(`cannot be reached: ${reasonOf(error)}`)));
    if (socket.destroyed) return socket.errored ? onError(socket.errored) : onEnd();
    socket.on(event, onEvent).on('end', onEnd).on('close', onEnd).on('error', onError);
  });
}

/** An error that stands for one try at each address of a name has no message of its own. */
function reasonOf(error: Error & { readonly errors?: readonly Error[] }): string {
  return error.message || (error.errors ?? []).map(({ message }) => message).join(', ');
}
