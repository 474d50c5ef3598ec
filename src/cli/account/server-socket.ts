// A connection to a user's server for @xmpp/client: with TLS before the client sends its first byte, or refused. [RFC 6120 §5, §13.8]

import { EventEmitter, once } from 'node:events';
import { connect, isIP, type Socket } from 'node:net';
import { StringDecoder } from 'node:string_decoder';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import { within } from '../../client/deadline.ts';
import { type Endpoint, findEndpoints, isLoopback } from './endpoints.ts';
import { askForTls } from './start-tls.ts';

const CONNECT_MS = 15_000;
/** A receiver may wait for days: routers shall not forget the connection, and its loss shall be seen. */
const keepAlive = { keepAlive: true, keepAliveInitialDelay: 60_000 };

export interface ServerOptions {
  readonly domain: string;
  /** Instead of what DNS says. */
  readonly endpoint: Endpoint | undefined;
  /** Whether a server that is not on this machine may do without TLS, or with a certificate that proves nothing. */
  readonly insecure: boolean;
  /** Told the server's address. */
  readonly onConnect: (address: string) => void;
}

/**
 * In the manner of a socket: 'connect', 'data' (text, no character cut in two), 'error', 'close'. A server on loopback
 * needs no TLS, and if it has it no certificate: nobody is in between.
 */
export class ServerSocket extends EventEmitter {
  /** What this class lets pass, the client may treat as safe: it sends PLAIN passwords then. */
  readonly secure = true;
  readonly #options: ServerOptions;
  readonly #end = new AbortController();
  #socket: Socket | undefined;

  constructor(options: ServerOptions) {
    super();
    this.#options = options;
  }

  connect(): void {
    this.#open().then(
      (socket) => this.#attach(socket),
      (error: unknown) => {
        this.emit('error', error instanceof Error ? error : new Error(String(error)));
        this.emit('close', true);
      },
    );
  }

  /** What is written in one turn leaves together: in-band blocks and their answers come by the dozen. */
  write(data: string, callback?: (error?: Error | null) => void): void {
    const socket = this.#socket;
    if (socket === undefined) {
      callback?.(new Error('the connection is closed'));
      return;
    }
    if (socket.writableCorked === 0) {
      socket.cork();
      setImmediate(() => socket.uncork());
    }
    socket.write(data, callback);
  }

  end(): void {
    this.#socket?.end();
  }

  /** Ends it at once, also while it is being made, whatever the server does. Idempotent. */
  destroy(): void {
    this.#end.abort();
    this.#socket?.destroy();
  }

  #attach(socket: Socket): void {
    this.#socket = socket;
    this.#options.onConnect(socket.remoteAddress ?? '');
    const decoder = new StringDecoder('utf8');
    socket.on('data', (chunk: Buffer) => this.emit('data', decoder.write(chunk)));
    socket.on('error', (error) => this.emit('error', error));
    socket.on('close', (hadError) => this.emit('close', hadError));
    this.emit('connect');
  }

  /** The first endpoint that works. @throws what was wrong with the last one */
  async #open(): Promise<Socket> {
    const { endpoint, domain } = this.#options;
    let failure: unknown = new Error(`there is no server for ${domain}`);
    for (const candidate of endpoint ? [endpoint] : await findEndpoints(domain)) {
      try {
        return await this.#secure(candidate);
      } catch (error) {
        failure = error;
      }
    }
    throw failure;
  }

  async #secure(endpoint: Endpoint): Promise<Socket> {
    const { domain, insecure } = this.#options;
    const { signal } = this.#end;
    const connectPlain = () =>
      connected(connect({ ...endpoint, noDelay: true, ...keepAlive }), 'connect', signal);
    const socket = await connectPlain();
    const isTrusted = insecure || isLoopback(socket.remoteAddress ?? '');
    const servername = isIP(domain) === 0 && !domain.startsWith('[') ? { servername: domain } : {};
    const tls: ConnectionOptions = { socket, ...servername, rejectUnauthorized: !isTrusted };
    if (endpoint.isDirectTls)
      return connected(connectTls({ ...tls, ALPNProtocols: ['xmpp-client'] }), 'secureConnect', signal);
    const cut = setTimeout(() => socket.destroy(new Error('the server did not answer')), CONNECT_MS);
    const giveUp = () => socket.destroy(new Error('called off'));
    signal.addEventListener('abort', giveUp);
    try {
      if (await askForTls(socket, domain)) return await connected(connectTls(tls), 'secureConnect', signal);
    } catch (error) {
      socket.on('error', () => {}).destroy();
      throw error;
    } finally {
      clearTimeout(cut);
      signal.removeEventListener('abort', giveUp);
    }
    socket.destroy();
    if (isTrusted) return connectPlain();
    throw new Error(
      `${endpoint.host} offers no TLS: the password would be sent in the clear (--insecure allows that)`,
    );
  }
}

/** @throws the socket's error, or one that says that it took too long or was called off; the socket is closed then */
async function connected<T extends Socket>(
  socket: T,
  event: 'connect' | 'secureConnect',
  signal: AbortSignal,
): Promise<T> {
  try {
    await once(socket, event, { signal: within(CONNECT_MS, signal) });
    return socket;
  } catch (error) {
    socket.on('error', () => {}).destroy();
    if (error instanceof Error && error.name === 'AbortError')
      throw new Error(signal.aborted ? 'called off' : 'the server did not answer in time');
    throw error;
  }
}
