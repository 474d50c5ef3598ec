// This machine as the streamhost of one transfer: one port, open from the offer until the target has chosen.
// [XEP-0065 §5.3]

import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import type { SessionKey } from '../../wire/session-key.ts';
import { acceptPeer } from './accept.ts';
import type { DirectAddresses } from './addresses.ts';

const HANDSHAKE_MS = 10_000;
/** What is on its way when everything is written has arrived by then, in milliseconds. */
const ARRIVAL_MS = 5_000;
/** A target may connect to all our addresses at once. */
const MAX_CONNECTIONS = 16;

export class DirectHost {
  readonly #key: SessionKey;
  readonly #servers: Server[] = [];
  readonly #sockets = new Set<Socket>();
  /** Those that have asked for the key. */
  readonly #connected = new Set<Socket>();

  private constructor(key: SessionKey) {
    this.#key = key;
  }

  /**
   * Listens, on every address with the same port.
   * @throws the system's error when an address cannot be bound
   */
  static async open({ bind, port }: DirectAddresses, key: SessionKey): Promise<DirectHost> {
    const host = new DirectHost(key);
    try {
      if (bind.length === 0) await host.#listen({ port });
      for (const address of bind) await host.#listen({ host: address, port: host.port || port });
      return host;
    } catch (error) {
      host.close();
      throw error;
    }
  }

  get port(): number {
    const address = this.#servers[0]?.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  /** The connection of the target, the oldest that is still open; it is the caller's from now on. [S5B-R-07] */
  take(): Socket | undefined {
    const [socket] = this.#connected;
    if (socket === undefined) return undefined;
    this.#connected.delete(socket);
    this.#sockets.delete(socket);
    socket.removeAllListeners('readable');
    return socket;
  }

  /** Closes the port and every connection that was not taken [S5B-R-05]. Idempotent. */
  close(): void {
    this.#closePort();
    for (const socket of this.#sockets) socket.destroy();
  }

  /**
   * Closes the port, and what was not taken when the stream that was has brought everything. COMPAT slixmpp 1.8.3: it
   * connects to all addresses, and takes the end of any of these connections for the end of the file.
   */
  closeAfter(stream: Socket): void {
    this.#closePort();
    const close = () => this.close();
    stream.once('close', close).once('finish', () => setTimeout(close, ARRIVAL_MS).unref());
    if (stream.destroyed) close();
  }

  #closePort(): void {
    for (const server of this.#servers) server.close();
  }

  async #listen(options: { host?: string; port: number }): Promise<void> {
    const server = createServer((socket) => this.#admit(socket));
    this.#servers.push(server);
    server.maxConnections = MAX_CONNECTIONS;
    server.listen(options);
    await once(server, 'listening');
  }

  /** Nothing is written to an accepted connection before it is taken; that it ends is seen. [S5B-R-05] */
  #admit(socket: Socket): void {
    this.#sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('error', () => {}); // 'close' follows, and whoever takes it sees it
    const deadline = setTimeout(() => socket.destroy(), HANDSHAKE_MS);
    socket.once('close', () => {
      clearTimeout(deadline);
      this.#sockets.delete(socket);
      this.#connected.delete(socket);
    });
    void acceptPeer(socket, this.#key).then((isIn) => {
      clearTimeout(deadline);
      if (!isIn || socket.destroyed) return;
      this.#connected.add(socket);
      socket.on('readable', () => void socket.read(0)); // asks for the end, and leaves bytes where they are
    });
  }
}
