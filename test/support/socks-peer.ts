// One SOCKS connection to the proxy, with deadlines, that leaves nothing behind.

import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

const REPLY_MS = 30_000;

/** What the proxy said instead of accepting, or that it closed. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';
}

/** A TCP connection, nothing said yet. */
export async function dial(port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  socket.on('error', () => {});
  await once(socket, 'connect', { signal: AbortSignal.timeout(REPLY_MS) });
  return socket;
}

/** A connection that waits under a key. @throws RefusedError */
export async function connectAs(port: number, key: string): Promise<Socket> {
  const socket = await dial(port);
  await ask(socket, Buffer.of(5, 1, 0), 2);
  const reply = await ask(socket, connectMessage(key), 47);
  if (reply[1] === 0) return socket;
  socket.destroy();
  throw new RefusedError(`REP ${reply[1]}`);
}

export function connectMessage(key: string): Buffer {
  return Buffer.concat([Buffer.of(5, 1, 0, 3, key.length), Buffer.from(key, 'latin1'), Buffer.of(0, 0)]);
}

/** Sends a message and reads an answer of so many bytes. */
async function ask(socket: Socket, message: Buffer, length: number): Promise<Buffer> {
  socket.write(message);
  const deadline = AbortSignal.timeout(REPLY_MS);
  for (;;) {
    const answer: Buffer | null = socket.read(length);
    if (answer?.length === length) return answer;
    if (answer !== null || socket.readableEnded || socket.destroyed) {
      socket.destroy();
      throw new RefusedError(`closed after ${answer?.toString('hex') ?? 'nothing'}`);
    }
    await Promise.race([
      once(socket, 'readable', { signal: deadline }),
      once(socket, 'close', { signal: deadline }),
      once(socket, 'end', { signal: deadline }),
    ]);
  }
}
