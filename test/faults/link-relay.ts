// A small TCP relay between the proxy and its server, that can cut the link, or put bytes of its own into it.

import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

export class LinkRelay {
  readonly #server: Server;
  #proxySide: Socket | undefined;
  #links = 0;

  private constructor(server: Server) {
    this.#server = server;
  }

  /** @param port where the server's component port is */
  static async open(port: number): Promise<LinkRelay> {
    const server = createServer();
    const relay = new LinkRelay(server);
    server.on('connection', (proxySide) => relay.#join(proxySide, connect(port, '127.0.0.1')));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return relay;
  }

  get port(): number {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the relay is closed');
    return address.port;
  }

  /** How many links there have been. */
  get links(): number {
    return this.#links;
  }

  /** Resets the present link on both sides. */
  cut(): void {
    this.#proxySide?.resetAndDestroy();
  }

  /** Sends the proxy bytes that its server never wrote. */
  inject(bytes: string | Uint8Array): void {
    this.#proxySide?.write(bytes);
  }

  async close(): Promise<void> {
    this.cut();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #join(proxySide: Socket, serverSide: Socket): void {
    this.#proxySide = proxySide;
    this.#links++;
    for (const [one, other] of [
      [proxySide, serverSide],
      [serverSide, proxySide],
    ] as const) {
      one.on('error', () => {});
      one.on('data', (chunk) => other.write(chunk));
      one.on('close', () => other.destroy());
    }
  }
}
