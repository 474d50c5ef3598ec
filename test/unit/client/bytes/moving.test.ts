// Bytes between TCP connections, sources and sinks whose memory is used again.

import { createHash } from 'node:crypto';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { receiveBytes } from '../../../../src/client/bytes/receive-bytes.ts';
import { sendBytes } from '../../../../src/client/bytes/send-bytes.ts';
import { Acceptor, receiveAll } from '../../../support/tcp.ts';

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
});
