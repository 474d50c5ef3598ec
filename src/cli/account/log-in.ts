// A user of an XMPP server: logged in, visible, and ready for the client library.

import { randomBytes } from 'node:crypto';
import { client } from '@xmpp/client';
import { limited } from '../../client/deadline.ts';
import { Session } from '../../client/session.ts';
import { formatJid, type Jid } from '../../wire/jid.ts';
import { xml } from '../../wire/xml.ts';
import { type Endpoint, isLoopback } from './endpoints.ts';
import { explain } from './explain.ts';
import { keepConnected } from './reconnect.ts';
import { hastenScram } from './scram.ts';
import { ServerSocket } from './server-socket.ts';
import { dropStreamManagement } from './stream-management.ts';

const LOGIN_MS = 30_000;
const STREAM_MS = 15_000;
const LOGOUT_MS = 5_000;

export interface LogIn {
  /** A resource is made up if it has none. */
  readonly jid: Jid;
  readonly password: string;
  readonly endpoint: Endpoint | undefined;
  readonly insecure: boolean;
  /** Whether to log in again when the connection is lost. */
  readonly reconnects: boolean;
  /** Told what goes wrong after the login. */
  readonly onTrouble: (reason: string) => void;
}

export interface Account {
  readonly session: Session;
  /** The full JID. */
  readonly jid: string;
  /** Whether the server is on this machine. */
  readonly isLocal: boolean;
  /** Aborted, with the reason, when the connection is lost for good. */
  readonly gone: AbortSignal;
  /** Idempotent. */
  logOut(): Promise<void>;
}

/** @throws Error that says what the server or the network said */
export async function logIn(options: LogIn, signal: AbortSignal): Promise<Account> {
  const { jid, password, endpoint, insecure, reconnects } = options;
  const { local: username, domain } = jid;
  const resource = jid.resource || `streamhost-${randomBytes(4).toString('hex')}`;
  const entity = client({
    service: `xmpp://${domain}`,
    domain,
    username,
    password,
    resource,
    timeout: STREAM_MS,
  });
  const [standard] = entity.transports.filter(({ prototype }) =>
    prototype.socketParameters('xmpp://localhost'),
  );
  if (standard === undefined) throw new Error('@xmpp/client has no TCP');
  let isLocal = false;
  const onConnect = (address: string) => {
    isLocal = isLoopback(address);
  };
  let socket: ServerSocket | undefined;
  class Socket extends ServerSocket {
    constructor() {
      super({ domain, endpoint, insecure, onConnect });
      socket = this;
    }
  }
  const prototype = Object.assign(Object.create(standard.prototype), {
    Socket,
    socketParameters: () => ({}),
  });
  entity.transports = [{ prototype }];
  // What follows the end of a stream would throw inside the library, for want of a parser, and end the process.
  entity._onData = (data) => entity.parser?.write(String(data));
  entity.prependListener('element', dropStreamManagement);
  entity.removeAllListeners('send'); // filters of what we send, of which only stream management has one
  hastenScram(entity);
  const gone = keepConnected(entity, { reconnects, cut: () => socket?.destroy() });
  let isOnline = false;
  const onError = (error: Error) => options.onTrouble(explain(error));
  entity.on('error', (error) => isOnline && onError(error));
  const session = new Session(entity, { onError });
  // Its priority keeps messages for the user's other clients.
  entity.on(
    'online',
    () => void session.send(xml('presence', {}, xml('priority', {}, '-1'))).catch(() => {}),
  );
  const logOut = async () => {
    entity.reconnect.stop();
    entity.timeout = LOGOUT_MS;
    const stopped = entity.stop().catch(() => {}); // a connection that is gone is closed enough
    await limited(stopped, 'the end of the stream', LOGOUT_MS).catch(() => {});
    socket?.destroy(); // a server that says nothing more would keep the process
    session.close();
  };
  try {
    const bound = await limited(entity.start(), 'the login', LOGIN_MS, signal);
    isOnline = true;
    return { session, jid: bound.toString(), isLocal, gone, logOut };
  } catch (error) {
    await logOut();
    throw new Error(`${formatJid({ ...jid, resource: '' })} could not log in: ${explain(error)}`, {
      cause: error,
    });
  }
}
