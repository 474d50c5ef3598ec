import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type Address, connectAnywhere } from '../../../../src/client/s5b/dial.ts';
import { connectToStreamhost } from '../../../../src/client/s5b/socks.ts';
import { sessionKey } from '../../../../src/wire/session-key.ts';

const key = sessionKey('sid', 'a@example.test/a', 'b@example.test/b');
const attempt = (streamhost: Address, signal = AbortSignal.timeout(10_000)) =>
  connectToStreamhost(streamhost, key, connectAnywhere, signal);

/** A streamhost that does with each connection what the test says. */
async function startStreamhost(serve: (socket: Socket) => void): Promise<{ host: string; port: number }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    socket.on('error', () => {});
    sockets.add(socket);
    serve(socket);
  });
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { host: '127.0.0.1', port: address.port };
}

/** Answers each message of the client with the next piece. */
function answering(...pieces: Buffer[]) {
  const received: Buffer[] = [];
  const serve = (socket: Socket) => {
    socket.on('data', (data: Buffer) => {
      received.push(data);
      const piece = pieces.shift();
      if (piece !== undefined) socket.write(piece);
    });
  };
  return { received, serve };
}

const echo = Buffer.concat([Buffer.of(5, 0, 0, 3, 40), Buffer.from(key), Buffer.of(0, 0)]);

describe('connecting to a streamhost', () => {
  it.each([
    ['an IPv4 address', Buffer.of(5, 0, 0, 1, 192, 0, 2, 1, 0, 80)],
    ['an IPv6 address', Buffer.concat([Buffer.of(5, 0, 0, 4), Buffer.alloc(16), Buffer.of(0, 0)])],
    ['a name of its own', Buffer.concat([Buffer.of(5, 0, 0, 3, 4), Buffer.from('host'), Buffer.of(0, 0)])],
  ])('[S5B-R-16] [S5B-R-17] takes %s in the reply, and not a byte behind it', async (_what, reply) => {
    const { serve } = answering(Buffer.of(5, 0), Buffer.concat([reply, Buffer.from('early')]));
    const socket = await attempt(await startStreamhost(serve));
    const [data] = await once(socket, 'data');
    socket.destroy();
    expect(String(data)).toBe('early');
  });

  it('[S5B-R-12] sends each message in one write, the second after the answer to the first', async () => {
    const { received, serve } = answering(Buffer.of(5, 0), echo);
    const socket = await attempt(await startStreamhost(serve));
    socket.destroy();
    expect(received.map((message) => message.length)).toEqual([3, 47]);
  });

  it('leaves the bytes of the stream that are glued to the reply for the stream', async () => {
    const { serve } = answering(Buffer.of(5, 0), Buffer.concat([echo, Buffer.from('early')]));
    const socket = await attempt(await startStreamhost(serve));
    const [data] = await once(socket, 'data');
    socket.destroy();
    expect(String(data)).toBe('early');
  });

  it.each([
    ['refuses', [Buffer.of(5, 0), Buffer.of(5, 2, 0, 1)], /answers 0x02, connection not allowed/],
    ['wants a password', [Buffer.of(5, 2)], /authentication method 0x02/],
    ['is a web server', [Buffer.from('HTTP/1.1 400 Bad Request\r\n')], /does not speak SOCKS5/],
  ])('says so when the streamhost %s', async (_what, pieces, message) => {
    const streamhost = await startStreamhost(answering(...pieces).serve);
    const connecting = attempt(streamhost);
    await expect(connecting).rejects.toThrow(message);
    await expect(connecting).rejects.toThrow(`the streamhost 127.0.0.1:${streamhost.port} `);
  });

  it('says so when the streamhost hangs up in between', async () => {
    const streamhost = await startStreamhost((socket) => socket.once('data', () => socket.end(Buffer.of(5))));
    await expect(attempt(streamhost)).rejects.toThrow(/closed the connection during the SOCKS exchange/);
  });

  it('says so when nobody listens', async () => {
    const streamhost = { host: '127.0.0.1', port: 1 };
    await expect(attempt(streamhost)).rejects.toThrow(/127\.0\.0\.1:1 cannot be reached: .*ECONNREFUSED/);
  });

  it('gives up when its signal says so, and lets go of the connection', async () => {
    const controller = new AbortController();
    const accepted: Socket[] = [];
    const streamhost = await startStreamhost((socket) => {
      accepted.push(socket);
      socket.once('data', () => controller.abort(new Error('called off')));
    });
    await expect(attempt(streamhost, controller.signal)).rejects.toMatchObject({
      code: 'cancelled',
    });
    const [socket] = accepted;
    if (socket !== undefined && !socket.closed) await once(socket, 'close');
    expect(socket?.closed).toBe(true);
  });

  it('does not even begin when its signal was aborted before', async () => {
    const connecting = attempt({ host: '127.0.0.1', port: 1 }, AbortSignal.abort(new Error('off')));
    await expect(connecting).rejects.toMatchObject({ code: 'cancelled' });
  });
});
