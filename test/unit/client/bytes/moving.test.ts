// Bytes between TCP connections, sources and sinks whose memory is used again.

import { createHash } from 'node:crypto';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { describe, expect, it, vi } from 'vitest';
import { receiveBytes } from '../../../../src/client/bytes/receive-bytes.ts';
import { sendBytes } from '../../../../src/client/bytes/send-bytes.ts';
import { StorageError } from '../../../../src/client/errors.ts';
import { Acceptor, ended, receive, receiveAll } from '../../../support/tcp.ts';

const MEBIBYTE = 1 << 20;
const limits = { signals: [], idleMs: 60_000, firstByteMs: 60_000, closeMs: 60_000 };
const pair = async () => (await Acceptor.open()).pair();

/** Pieces of zeros, of ones and so on, all in the same memory. */
async function* pieces(count: number): AsyncGenerator<Buffer> {
  const memory = Buffer.alloc(MEBIBYTE);
  for (let value = 0; value < count; value++) yield memory.fill(value);
}

const all = (count: number) =>
  Buffer.concat(Array.from({ length: count }, (_, value) => Buffer.alloc(MEBIBYTE, value)));

const sumOf = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

describe('sending', () => {
  it('asks a source for more when what it gave has left, so that it may use its memory again', async () => {
    const { client, accepted } = await pair();
    const hash = createHash('sha256');
    let told = 0;
    const onBytes = (bytes: number) => {
      told = bytes;
    };
    const sent = sendBytes(client, { ...limits, source: pieces(16), length: 16 * MEBIBYTE, hash, onBytes });
    const { bytes, end } = await receiveAll(accepted);
    accepted.end();
    await sent;
    expect([told, bytes.length, end]).toEqual([16 * MEBIBYTE, 16 * MEBIBYTE, 'fin']);
    expect(bytes.equals(all(16))).toBe(true);
    expect(hash.digest('hex')).toBe(sumOf(bytes));
  });

  it('asks for no more while the last bytes are on their way, although the receiver has closed its side', async () => {
    const { client, accepted } = await pair();
    const memory = Buffer.alloc(16 * MEBIBYTE, 'x'); // more than the system takes unread
    async function* source() {
      yield memory.subarray(0, 1);
      yield memory.subarray(1);
      memory.fill('y');
    }
    const hash = createHash('sha256');
    const sent = sendBytes(client, {
      ...limits,
      source: source(),
      length: memory.length,
      hash,
      onBytes: () => {},
    });
    await receive(accepted, 1);
    accepted.end();
    await once(client, 'end');
    await new Promise((resolve) => setImmediate(resolve));
    const { bytes } = await receiveAll(accepted);
    await sent;
    expect(bytes.equals(Buffer.alloc(memory.length - 1, 'x'))).toBe(true);
  });

  it('writes little at a time, so that the slowest receiver shows that it lives', async () => {
    const { client, accepted } = await pair();
    const write = vi.spyOn(client, 'write');
    const received = receiveAll(accepted).finally(() => accepted.end());
    const hash = createHash('sha256');
    await sendBytes(client, { ...limits, source: pieces(1), length: MEBIBYTE, hash, onBytes: () => {} });
    const sizes = write.mock.calls.map(([piece]) => piece.length);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(64 * 1024);
    expect((await received).bytes.length).toBe(MEBIBYTE);
  });

  it.each([
    ['is called off', 'cancelled', (_: Socket, controller: AbortController) => controller.abort()],
    ['has lost its receiver', 'interrupted', (accepted: Socket) => void accepted.resetAndDestroy()],
    ['waits for too long', 'timed-out', () => {}],
  ])('that %s ends, although the source gives nothing any more', async (_, code, happen) => {
    const { client, accepted } = await pair();
    const controller = new AbortController();
    const isIdle = code === 'timed-out';
    async function* source() {
      yield Buffer.from('a');
      await new Promise(() => {});
    }
    const sent = sendBytes(client, {
      ...{ ...limits, signals: [controller.signal], ...(isIdle && { idleMs: 100 }) },
      ...{ source: source(), length: 2, hash: createHash('sha256'), onBytes: () => {} },
    });
    const over = expect(sent).rejects.toMatchObject({ code });
    await receive(accepted, 1);
    happen(accepted, controller);
    await over;
    expect(client.destroyed).toBe(true);
  });

  it('is complete when the receiver closes with the last byte (libpurple), although the source has not ended', async () => {
    const { client, accepted } = await pair();
    client.allowHalfOpen = false;
    async function* source() {
      yield Buffer.from('a');
      await once(client, 'close');
    }
    const hash = createHash('sha256');
    const sent = sendBytes(client, { ...limits, source: source(), length: 1, hash, onBytes: () => {} });
    await receive(accepted, 1);
    accepted.end();
    accepted.resume();
    await sent;
  });

  it('tells of progress in small steps where it may be slow', async () => {
    const told: number[] = [];
    const stream = new PassThrough({ allowHalfOpen: false });
    await sendBytes(stream, {
      ...{ ...limits, source: pieces(1), length: MEBIBYTE, hash: createHash('sha256') },
      onBytes: (bytes) => told.push(bytes),
    });
    expect(told.length).toBeGreaterThan(10);
    expect(told.at(-1)).toBe(MEBIBYTE);
  });
});

describe('receiving', () => {
  it.each([
    ['that keeps chunks has each for itself', true],
    ['that does not is given the same memory again', false],
  ])('a sink %s', async (_, keepsChunks) => {
    const { client, accepted } = await pair();
    const bytes = all(16);
    accepted.end(bytes);
    const kept: Buffer[] = [];
    const sum = createHash('sha256');
    await receiveBytes(client, {
      ...{ ...limits, length: bytes.length, keepsChunks },
      write: async (chunk) => {
        kept.push(chunk);
        sum.update(chunk);
      },
      onBytes: () => {},
    });
    expect(sum.digest('hex')).toBe(sumOf(bytes));
    expect(Buffer.concat(kept).equals(bytes)).toBe(keepsChunks);
  });

  it.each([
    ['fails', 'storage', () => Promise.reject(new StorageError('the disc is full'))],
    ['does not come back, for too long', 'timed-out', () => new Promise<void>(() => {})],
    ['does not come back, and it is called off', 'cancelled', () => new Promise<void>(() => {})],
  ])('ends, and the sender sees it, when the sink %s', async (_, code, write) => {
    const { client, accepted } = await pair();
    const controller = new AbortController();
    const reset = ended(accepted);
    accepted.write('a');
    const received = receiveBytes(client, {
      ...{ ...limits, length: 2, keepsChunks: false, onBytes: () => {} },
      ...{ signals: [controller.signal], ...(code === 'timed-out' && { idleMs: 100 }) },
      write: () => {
        if (code === 'cancelled') setImmediate(() => controller.abort());
        return write();
      },
    });
    await expect(received).rejects.toMatchObject({ code });
    expect(await reset).toBe('reset');
  });
});
