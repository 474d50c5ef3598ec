// The SOCKS5 exchange of one connection, from the greeting to a slot in the waiting table. [RFC 1928 §3-6] [XEP-0065 §6.3.2]

import type { Socket } from 'node:net';
import type { HandshakeResult, JoinRefusal, RelayEngine, Rendezvous } from '../rendezvous/ports.ts';
import { closeGently } from '../sockets/close-gently.ts';
import { parseSessionKey } from '../wire/session-key.ts';
import {
  type InvalidReason,
  methodReply,
  NO_ACCEPTABLE_METHOD,
  NO_AUTHENTICATION,
  parseGreeting,
  parseRequest,
  Reply,
  type ReplyCode,
  reply,
} from '../wire/socks5.ts';
import type { HandshakeReader } from './handshake-reader.ts';

/** Why a connection gets no slot, in SOCKS. [SOCKS-10] [SOCKS-11] */
const REPLY_TO_REFUSAL: Record<JoinRefusal, ReplyCode> = {
  taken: Reply.notAllowed,
  'over-limit': Reply.generalFailure,
  'over-address-limit': Reply.notAllowed,
  draining: Reply.generalFailure,
};

/** What is said to a message that cannot be served; nothing to who does not speak SOCKS5. [SOCKS-05] [SOCKS-13] [SOCKS-14] */
const REPLY_TO_INVALID: Record<InvalidReason, Buffer | undefined> = {
  'not-socks5': undefined,
  'command-not-supported': reply(Reply.commandNotSupported),
  'address-type-not-supported': reply(Reply.addressTypeNotSupported),
};

/** A connection that has said nothing yet, or nothing but a PROXY protocol header. */
export interface Connection {
  readonly socket: Socket;
  readonly reader: HandshakeReader;
  /** The peer's address: the connection's own, or what the header says. */
  readonly remote: string;
}

/**
 * Runs the exchange. Afterwards the socket belongs to the engine (`accepted`) or is being closed (anything else).
 * Every message is answered in one write. Rejects only with what the reader rejects with.
 */
export async function performHandshake(
  { socket, reader, remote }: Connection,
  rendezvous: Pick<Rendezvous, 'join'>,
  engine: RelayEngine,
): Promise<HandshakeResult> {
  const greeting = await reader.read(parseGreeting);
  if (!greeting.ok) return refuse(socket, greeting.reason, REPLY_TO_INVALID[greeting.reason]);
  if (!greeting.value.methods.includes(NO_AUTHENTICATION)) {
    return refuse(socket, 'no-acceptable-method', methodReply(NO_ACCEPTABLE_METHOD)); // [SOCKS-03]
  }
  socket.write(methodReply(NO_AUTHENTICATION));

  const request = await reader.read(parseRequest);
  if (!request.ok) return refuse(socket, request.reason, REPLY_TO_INVALID[request.reason]);
  if (!request.value.supported) {
    return refuse(socket, 'command-not-supported', reply(Reply.commandNotSupported, request.value));
  }
  const key = parseSessionKey(request.value.host.toString('latin1'));
  if (key === undefined) {
    return refuse(socket, 'not-a-session-key', reply(Reply.notAllowed, request.value)); // [S5B-P-52] [S5B-P-87] [SOCKS-20]
  }
  const verdict = rendezvous.join(key, remote, () => {
    socket.write(reply(Reply.succeeded, request.value)); // [SOCKS-09] [S5B-P-40]
    return engine.hold(socket, reader.release(), remote);
  });
  if (verdict.ok) return verdict.selfCheck ? 'self-check' : 'accepted';
  return refuse(socket, verdict.reason, reply(REPLY_TO_REFUSAL[verdict.reason], request.value));
}

/** After a refusal the connection ends at once: Gajim ignores REP and would wait. [SOCKS-17] (clients.md 2.3) */
function refuse(socket: Socket, result: HandshakeResult, lastBytes: Buffer | undefined): HandshakeResult {
  if (lastBytes) closeGently(socket, lastBytes);
  else socket.destroy();
  return result;
}
