// The server side of SOCKS5 for one transfer: who asks for its key is in, all others are refused. [XEP-0065 §5.3.2] [S5B-R-04]

import type { Socket } from 'node:net';
import { parseSessionKey, type SessionKey } from '../../wire/session-key.ts';
import {
  methodReply,
  NO_ACCEPTABLE_METHOD,
  NO_AUTHENTICATION,
  type Parsed,
  parseGreeting,
  parseRequest,
  Reply,
  reply,
} from '../../wire/socks5.ts';

/**
 * Whether the peer has asked for the key and was told that it is in: each answer in one write, no byte behind the
 * request lost. A socket that was refused is ended, one that broke is destroyed.
 */
export async function acceptPeer(socket: Socket, key: SessionKey): Promise<boolean> {
  const greeting = await readMessage(socket, parseGreeting);
  if (greeting.state !== 'complete') return drop(socket);
  if (!greeting.value.methods.includes(NO_AUTHENTICATION))
    return drop(socket, methodReply(NO_ACCEPTABLE_METHOD));
  socket.write(methodReply(NO_AUTHENTICATION));
  const request = await readMessage(socket, parseRequest);
  if (request.state === 'invalid' && request.reason !== 'not-socks5')
    return drop(socket, reply(REFUSALS[request.reason]));
  if (request.state !== 'complete') return drop(socket);
  const { value } = request;
  if (!value.supported) return drop(socket, reply(Reply.commandNotSupported, value));
  if (parseSessionKey(value.host.toString('latin1')) !== key)
    return drop(socket, reply(Reply.notAllowed, value));
  socket.write(reply(Reply.succeeded, value));
  return true;
}

const REFUSALS = {
  'command-not-supported': Reply.commandNotSupported,
  'address-type-not-supported': Reply.addressTypeNotSupported,
} as const;

/** What is behind the message stays unread; incomplete when the connection ends before. */
async function readMessage<T>(socket: Socket, parse: (bytes: Buffer) => Parsed<T>): Promise<Parsed<T>> {
  let received = Buffer.alloc(0);
  for (;;) {
    const parsed = parse(received);
    if (parsed.state === 'complete' && parsed.length < received.length)
      socket.unshift(received.subarray(parsed.length));
    if (parsed.state !== 'incomplete') return parsed;
    const chunk: unknown = socket.read();
    if (chunk instanceof Buffer) received = Buffer.concat([received, chunk]);
    else if (!(await isReadable(socket))) return parsed;
  }
}

function isReadable(socket: Socket): Promise<boolean> {
  return new Promise((resolve) => {
    const settle = (isReadable: boolean) => {
      socket.off('readable', onReadable).off('end', onEnd).off('close', onEnd);
      resolve(isReadable);
    };
    const onReadable = () => settle(true);
    const onEnd = () => settle(false);
    if (socket.destroyed) return resolve(false);
    socket.on('readable', onReadable).on('end', onEnd).on('close', onEnd);
  });
}

function drop(socket: Socket, lastBytes?: Buffer): false {
  if (lastBytes === undefined) socket.destroy();
  else socket.end(lastBytes, () => socket.destroySoon());
  return false;
}
