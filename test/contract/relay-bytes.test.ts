// What goes in comes out: order, completeness, backpressure and counters of every relay engine.

import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { endOf } from '../support/end-of.ts';
import { receive, receiveAll } from '../support/tcp.ts';
import { engines } from './relay-engines.ts';
import { RelayFixture } from './relay-fixture.ts';

const MiB = 1024 * 1024;

describe.each(engines)('relay engine $name moves bytes', (engine) => {
  it('byte-exact in both directions at once, whatever the sizes of the pieces [S5B-P-47]', async () => {
    const fixture = await RelayFixture.open(engine);
    const pieces = fc.array(fc.integer({ min: 1, max: 300_000 }), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(pieces, pieces, async (forth, back) => {
        const { first, second, stream } = await fixture.stream();
        const [atSecond, atFirst, sentByFirst, sentBySecond] = await Promise.all([
          receiveAll(second),
          receiveAll(first),
          sendPieces(first, forth),
          sendPieces(second, back),
        ]);
        expect(digest(atSecond.bytes)).toBe(digest(sentByFirst));
        expect(digest(atFirst.bytes)).toBe(digest(sentBySecond));
        expect([atFirst.end, atSecond.end]).toEqual(['fin', 'fin']);
        expect(await endOf(stream)).toBe('finished');
        expect(stream.bytes()).toEqual({
          firstToSecond: sentByFirst.length,
          secondToFirst: sentBySecond.length,
        });
      }),
      { numRuns: 25 },
    );
  });

  it('all of 10 MiB that were sent together with FIN, then EOF [S5B-P-80]', async () => {
    const fixture = await RelayFixture.open(engine);
    const { first, second } = await fixture.stream();
    const payload = randomBytes(10 * MiB);
    first.end(payload);
    const received = await receiveAll(second);
    expect(digest(received.bytes)).toBe(digest(payload));
    expect(received.end).toBe('fin');
  });

  it('to the last byte when the sender closes while the receiver has not read yet (clients.md 2.15)', async () => {
    const fixture = await RelayFixture.open(engine);
    const { first, second, stream } = await fixture.stream();
    const payload = randomBytes(5 * MiB);
    second.pause();
    first.end(payload);
    first.destroySoon();
    const received = receiveAll(second);
    expect(digest((await received).bytes)).toBe(digest(payload));
    expect((await received).end).toBe('fin');
    second.end();
    expect(await endOf(stream)).toBe('finished');
  });

  it('no further than a reader reads: a stopped one bounds what is swallowed [S5B-P-48]', async () => {
    const fixture = await RelayFixture.open(engine);
    const { first, second } = await fixture.stream();
    const total = 192 * MiB;
    second.pause();
    const before = process.memoryUsage().arrayBuffers;
    const sending = sendZeros(first, total);
    const swallowed = await stalled(first);
    expect(swallowed).toBeLessThan(32 * MiB); // what the kernel's buffers of two connections may take
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(4 * MiB);
    const received = receiveCount(second);
    await sending;
    expect(await received).toBe(total);
  });

  it('and counts them while the stream runs, exactly at its end [S5B-P-47]', async () => {
    const fixture = await RelayFixture.open(engine);
    const { first, second, stream } = await fixture.stream();
    first.write('12345');
    await receive(second, 5);
    expect(stream.bytes()).toEqual({ firstToSecond: 5, secondToFirst: 0 });
    second.write('123');
    await receive(first, 3);
    expect(stream.bytes()).toEqual({ firstToSecond: 5, secondToFirst: 3 });
    const ends = [receiveAll(first), receiveAll(second)];
    first.end('6');
    second.end();
    await Promise.all([...ends, endOf(stream)]);
    expect(stream.bytes()).toEqual({ firstToSecond: 6, secondToFirst: 3 });
  });
});

function digest(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

async function sendPieces(socket: Socket, sizes: readonly number[]): Promise<Buffer> {
  const pieces = sizes.map((size) => randomBytes(size));
  for (const piece of pieces) if (!socket.write(piece)) await once(socket, 'drain');
  socket.end();
  return Buffer.concat(pieces);
}

async function sendZeros(socket: Socket, total: number): Promise<void> {
  const piece = Buffer.alloc(64 * 1024);
  for (let sent = 0; sent < total; sent += piece.length) {
    if (!socket.write(piece)) await once(socket, 'drain');
  }
  socket.end();
}

/** Bytes that have left the socket once no more leave it for a thousand turns of the event loop. */
async function stalled(socket: Socket): Promise<number> {
  const left = () => socket.bytesWritten - socket.writableLength;
  let last = -1;
  for (let quiet = 0; quiet < 1000; quiet++) {
    await new Promise((resolve) => setImmediate(resolve));
    if (left() !== last) quiet = 0;
    last = left();
  }
  return last;
}

async function receiveCount(socket: Socket): Promise<number> {
  let count = 0;
  for await (const chunk of socket) count += (chunk as Buffer).length;
  return count;
}
