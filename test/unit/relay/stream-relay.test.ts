// What only the portable engine has to get right; the rest is in the contract tests.

import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { BufferPool } from '../../../src/relay/buffer-pool.ts';
import { StreamRelay } from '../../../src/relay/stream-relay.ts';
import { PeerGoneError } from '../../../src/rendezvous/ports.ts';
import { ManualClock } from '../../support/clock.ts';
import { Acceptor } from '../../support/tcp.ts';

describe('the portable engine', () => {
  it.each([0, 1])(
    'lets go of both sockets when number %i was closed and nobody has been told yet [S5B-P-76]',
    async (index) => {
      const acceptor = await Acceptor.open();
      const relay = new StreamRelay(new ManualClock(), { earlyData: 'hold', halfCloseMs: 1000 });
      const pairs = [await acceptor.pair(), await acceptor.pair()];
      const [first, second] = pairs.map(({ accepted }) => relay.hold(accepted, Buffer.alloc(0)));
      if (!first || !second) throw new Error('two peers were held');
      const closed = pairs.map(({ client }) => once(client.resume(), 'end'));
      pairs[index]?.accepted.destroy();
      await expect(relay.join(first, second)).rejects.toBeInstanceOf(PeerGoneError);
      first.close();
      second.close();
      await Promise.all(closed);
    },
  );

  it('joins no peer of another engine', async () => {
    const relay = new StreamRelay(new ManualClock(), { earlyData: 'hold', halfCloseMs: 1000 });
    const stranger = { remote: '192.0.2.1', condition: 'open', onChange() {}, close() {} } as const;
    await expect(relay.join(stranger, stranger)).rejects.toThrow(TypeError);
  });
});

describe('the pool of read buffers', () => {
  it('lends 256 KiB while few streams run and less when many do', () => {
    const pool = new BufferPool();
    const sizes = Array.from({ length: 4000 }, () => pool.take().length);
    expect(sizes[0]).toBe(256 * 1024);
    expect(sizes.at(-1)).toBe(16 * 1024);
    expect(sizes.every((size, n) => n === 0 || size <= (sizes[n - 1] ?? 0))).toBe(true);
    expect(sizes.reduce((sum, size) => sum + size)).toBeLessThan(128 * 1024 * 1024);
  });

  it('lends again what was given back', () => {
    const pool = new BufferPool();
    const buffer = pool.take();
    pool.give(buffer);
    expect(pool.take()).toBe(buffer);
  });
});
