// Bytes out of TCP connections and other streams.

import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer, Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Intake } from '../../../../src/client/bytes/intake.ts';
import { Acceptor } from '../../../support/tcp.ts';

const waits = { signals: [], idleMs: 60_000 };
const next = (intake: Intake) => intake.next('bytes', waits);
const pair = async () => (await Acceptor.open()).pair();

/** Until so many bytes have come. */
async function take(intake: Intake, length: number): Promise<Buffer> {
  let bytes = Buffer.alloc(0);
  while (bytes.length < length) bytes = Buffer.concat([bytes, (await next(intake)) ?? Buffer.alloc(0)]);
  return bytes;
}

describe('a TCP connection', () => {
  it('is read into a few buffers over and over, and every byte comes in order, also to a reader who takes breaks', async () => {
    const { client, accepted } = await pair();
    const intake = new Intake(client);
    const piece = Buffer.from(Array.from({ length: 1_000_003 }, (_, index) => index % 251));
    const sent = createHash('sha256');
    for (let count = 0; count < 16; count++) {
      accepted.write(piece);
      sent.update(piece);
    }
    accepted.end();
    const received = createHash('sha256');
    const memory = new Set<ArrayBufferLike>();
    for (let chunk = await next(intake); chunk !== undefined; chunk = await next(intake)) {
      await new Promise((resolve) => setImmediate(resolve)); // more is read meanwhile, but not over this
      received.update(chunk);
      memory.add(chunk.buffer);
    }
    expect(received.digest('hex')).toBe(sent.digest('hex'));
    expect(memory.size).toBeLessThanOrEqual(5); // and what came before the intake was there
    expect(intake.isReusing).toBe(true);
  });

  it('gives first what had come before', async () => {
    const { client, accepted } = await pair();
    accepted.write('before');
    client.read(0);
    await once(client, 'readable');
    const intake = new Intake(client);
    accepted.end(' after');
    expect(String(await take(intake, 12))).toBe('before after');
    expect(await next(intake)).toBeUndefined();
  });

  it('is at its end when the peer had ended it before', async () => {
    const { client, accepted } = await pair();
    accepted.end('all');
    client.read(0);
    await once(client, 'readable');
    await new Promise((resolve) => setImmediate(resolve));
    const intake = new Intake(client);
    expect(String(await take(intake, 3))).toBe('all');
    expect(await next(intake)).toBeUndefined();
  });

  it('can still be written to and ended', async () => {
    const { client, accepted } = await pair();
    const { stream } = new Intake(client);
    stream.end('bye');
    accepted.resume();
    const [bytes] = await once(accepted, 'data');
    expect(String(bytes)).toBe('bye');
    await once(accepted, 'end');
    accepted.end();
  });

  it('that is reset gives an error after its bytes', async () => {
    const { client, accepted } = await pair();
    const intake = new Intake(client);
    intake.stream.on('error', () => {});
    accepted.write('part');
    expect(String(await take(intake, 4))).toBe('part');
    accepted.resetAndDestroy();
    await expect(next(intake)).rejects.toMatchObject({ code: 'interrupted' });
  });

  it('that is closed already is at its end', async () => {
    const { client } = await pair();
    client.destroy();
    expect(await next(new Intake(client))).toBeUndefined();
  });
});

describe('another stream', () => {
  it('gives its own chunks', async () => {
    const stream = new PassThrough();
    const intake = new Intake(stream);
    expect(intake.stream).toBe(stream);
    expect(intake.isReusing).toBe(false);
    stream.write('some');
    expect(String(await next(intake))).toBe('some');
    stream.end();
    expect(await next(intake)).toBeUndefined();
  });

  it('may be a socket that does more than TCP', async () => {
    class Tunnel extends Socket {}
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const tunnel = new Tunnel().connect((server.address() as AddressInfo).port, '127.0.0.1');
    await once(tunnel, 'connect');
    onTestFinished(() => void tunnel.destroy());
    expect(new Intake(tunnel).stream).toBe(tunnel);
  });
});

describe('waiting for bytes', () => {
  it.each([
    ['nothing comes for too long', { signals: [], idleMs: 1 }, 'timed-out'],
    ['it is called off', { signals: [AbortSignal.abort()], idleMs: 60_000 }, 'cancelled'],
  ])('ends when %s', async (_, waits, code) => {
    for (const stream of [(await pair()).client, new PassThrough()])
      await expect(new Intake(stream).next('bytes', waits)).rejects.toMatchObject({ code });
  });
});
