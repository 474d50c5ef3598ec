// One listening TCP port and the streams that were accepted on it.

import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { Stream } from './stream.ts';

const MAX_CONNECTIONS = 1024;

/** Owns the server socket; it may be closed and opened again, on the same port. */
export class Port {
  readonly #namespace: string;
  readonly #onStream: (stream: Stream) => void;
  readonly #streams = new Set<Stream>();
  #server: Server | undefined;
  #port: number;

  /** @param port 0 lets the system choose, once */
  constructor(port: number, namespace: string, onStream: (stream: Stream) => void) {
    this.#port = port;
    this.#namespace = namespace;
    this.#onStream = onStream;
  }

  /** The port that is, or was last, bound. */
  get number(): number {
    return this.#port;
  }

  /** @throws the system's error, such as EADDRINUSE */
  async open(host: string): Promise<void> {
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      const stream = new Stream(socket, this.#namespace);
      this.#streams.add(stream);
      stream.on('closed', () => this.#streams.delete(stream));
      this.#onStream(stream);
    });
    server.maxConnections = MAX_CONNECTIONS;
    server.listen(this.#port, host);
    await once(server, 'listening');
    this.#server = server;
    const address = server.address();
    if (address !== null && typeof address === 'object') this.#port = address.port;
  }

  /** Closes every stream with a stream error, the port, and waits until they are gone. Idempotent. */
  async close(condition: string): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    this.#server = undefined;
    const closed = once(server, 'close');
    server.close();
    for (const stream of this.#streams) stream.close(condition);
    await closed;
  }
}
