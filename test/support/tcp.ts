// TCP connections for tests: both ends of one, what a peer reads until its end, and resets.

import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** A loopback port that accepts; `accepted()` gives the server's end of the next connection. */
export class Acceptor {
  readonly #server: Server;
  readonly #waiting: Socket[] = [];
  #wake: () => void = () => {};

  private constructor(server: Server) {
    this.#server = server;
    server.on('connection', (socket) => {
      this.#waiting.push(socket);
      this.#wake();
    });
  }

  static async open(): Promise<Acceptor> {
    const server = createServer({ allowHalfOpen: true });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    return new Acceptor(server);
  }

  /** Both ends of a new connection: ours (the client's) and the accepted one. */
  async pair(): Promise<{ client: Socket; accepted: Socket }> {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the acceptor is closed');
    const client = await dial(address.port);
    while (this.#waiting.length === 0) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const accepted = this.#waiting.shift();
    if (accepted === undefined) throw new Error('nothing was accepted');
    accepted.on('error', () => {});
    return { client, accepted };
  }
}

/** A connection to a loopback port; destroyed when the test is over. */
export async function dial(port: number, host = '127.0.0.1'): Promise<Socket> {
  const socket = connect({ port, host, allowHalfOpen: true });
  socket.on('error', () => {});
  await once(socket, 'connect');
  onTestFinished(() => void socket.destroy());
  return socket;
}

export interface Received {
  readonly bytes: Buffer;
  /** How it ended: by FIN or by RST. */
  readonly end: 'fin' | 'reset';
}

/** Reads until the end. */
export function receiveAll(socket: Socket): Promise<Received> {
  const chunks: Buffer[] = [];
  return new Promise((resolve) => {
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.once('end', () => resolve({ bytes: Buffer.concat(chunks), end: 'fin' }));
    socket.once('error', () => resolve({ bytes: Buffer.concat(chunks), end: 'reset' }));
    socket.resume();
  });
}

/** Exactly `length` bytes, as they come; fails if the peer ends before. Leaves the socket paused. */
export function receive(socket: Socket, length: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let bytes = Buffer.alloc(0);
    const done = (settle: () => void) => {
      socket.off('data', onData).off('end', onEnd).off('error', onEnd);
      socket.pause();
      settle();
    };
    const onEnd = () =>
      done(() => reject(new Error(`the peer ended after ${bytes.length} of ${length} bytes`)));
    const onData = (chunk: Buffer) => {
      bytes = Buffer.concat([bytes, chunk]);
      if (bytes.length < length) return;
      done(() => {
        if (bytes.length > length) socket.unshift(bytes.subarray(length));
        resolve(bytes.subarray(0, length));
      });
    };
    socket.on('data', onData).on('end', onEnd).on('error', onEnd);
    socket.resume();
  });
}

/** Resolves when the connection was ended in either way. */
export function ended(socket: Socket): Promise<'fin' | 'reset'> {
  return new Promise((resolve) => {
    socket.once('end', () => resolve('fin'));
    socket.once('error', () => resolve('reset'));
    socket.resume();
  });
}
