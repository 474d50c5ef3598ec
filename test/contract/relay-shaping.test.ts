// What a stream's rates let through, in every relay engine. The rates count real time; no test expects anything to
// happen soon, only that nothing happens too early. How exact it is, the bench measures.

import { createHash, randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { RateTable } from '../../src/policy/rate.ts';
import { endOf } from '../support/end-of.ts';
import { ended, receive, receiveAll } from '../support/tcp.ts';
import { engines } from './relay-engines.ts';
import { RelayFixture } from './relay-fixture.ts';

const MB = 1_000_000;
const MiB = 1024 * 1024;
/** So little that a test would wait for hours. */
const TRICKLE = 1;

describe.each(engines)('relay engine $name shapes', (engine) => {
  const open = async () => {
    const rates = new RateTable();
    return { rates, fixture: await RelayFixture.openInRealTime(engine, { rates }) };
  };

  it('byte-exact, both directions at once, to the FIN behind the last byte [S5B-P-80]', async () => {
    const { rates, fixture } = await open();
    const shared = [rates.open(8 * MB, MB / 2), rates.open(undefined), rates.open(30 * MB)];
    const { first, second, stream } = await fixture.stream(shared);
    const [forth, back] = [randomBytes(MB + 17), randomBytes(MB / 2 + 1)];
    first.end(forth);
    second.end(back);
    const [atFirst, atSecond] = await Promise.all([receiveAll(first), receiveAll(second)]);
    expect(digest(atSecond.bytes)).toBe(digest(forth));
    expect(digest(atFirst.bytes)).toBe(digest(back));
    expect([atFirst.end, atSecond.end]).toEqual(['fin', 'fin']);
    expect(await endOf(stream)).toBe('finished');
    expect(stream.bytes()).toEqual({ firstToSecond: forth.length, secondToFirst: back.length });
  });

  it('to no more than the burst and the rate allow, at any moment', async () => {
    const { rates, fixture } = await open();
    const burst = 200_000;
    const rate = rates.open(2 * MB, burst);
    const began = rates.now();
    const { first, second, stream } = await fixture.stream([rate]);
    const received = receiveAll(second);
    first.end(Buffer.alloc(MB));
    for (let moved = 0; moved < MB; moved = stream.bytes().firstToSecond) {
      expect(moved).toBeLessThanOrEqual(burst + ((rates.now() - began) * 2 * MB) / 1e9);
      await turn();
    }
    expect((await received).bytes.length).toBe(MB);
    second.end();
    first.resume();
    await endOf(stream);
    expect(rates.slots.level(rate.index, rates.now())).toBeGreaterThanOrEqual(0); // nothing stays reserved
  });

  it('only one half of a stream when the other one is closed [S5B-P-80]', async () => {
    const { rates, fixture } = await open();
    const { first, second, stream } = await fixture.stream([rates.open(4 * MB, 200_000)]);
    first.end('bye');
    expect((await receiveAll(second)).bytes.toString()).toBe('bye');
    second.end(Buffer.alloc(MB / 2));
    expect((await receiveAll(first)).bytes.length).toBe(MB / 2);
    expect(await endOf(stream)).toBe('finished');
  });

  it.each(['first', 'second'] as const)(
    'and ends when the %s is reset while bytes wait for their turn, and gives back what it had reserved [S5B-P-81]',
    async (who) => {
      const { rates, fixture } = await open();
      const rate = rates.open(300_000, 1000);
      const { first, second, stream } = await fixture.stream([rate]);
      const [resetter, other] = who === 'first' ? [first, second] : [second, first];
      first.write(Buffer.alloc(4 * MB));
      await receive(second, 1000);
      resetter.resetAndDestroy();
      expect(await ended(other)).toBe('reset');
      expect(await endOf(stream)).toBe('reset');
      expect(rates.slots.level(rate.index, rates.now())).toBeGreaterThanOrEqual(0);
    },
  );

  it('and is aborted while it waits', async () => {
    const { rates, fixture } = await open();
    const { first, second, stream } = await fixture.stream([rates.open(TRICKLE, 1000)]);
    first.write(Buffer.alloc(100_000));
    second.write(Buffer.alloc(100_000));
    await Promise.race([receive(first, 1), receive(second, 1)]);
    stream.abort('quota');
    expect(await endOf(stream)).toBe('quota');
  });

  it('a running stream as its rate is changed: faster while it waits, slower while it runs', async () => {
    const { rates, fixture } = await open();
    const rate = rates.open(TRICKLE, 1000);
    const { first, second, stream } = await fixture.stream([rate]);
    const payload = randomBytes(3 * MiB);
    first.write(payload);
    const start = await receive(second, 1000);
    rates.set(rate, undefined);
    const rest = await receive(second, payload.length - 1000);
    expect(digest(Buffer.concat([start, rest]))).toBe(digest(payload));

    rates.set(rate, TRICKLE, 1000);
    const began = rates.now();
    second.resume();
    first.write(Buffer.alloc(8 * MiB));
    for (let turns = 0; turns < 300; turns++) await turn();
    const seconds = (rates.now() - began) / 1e9;
    expect(stream.bytes().firstToSecond - payload.length).toBeLessThanOrEqual(1000 + MiB + seconds);
  });

  it('a running stream that had no rates when it is given some', async () => {
    const { rates, fixture } = await open();
    const { first, second, stream } = await fixture.stream();
    const payload = randomBytes(3 * MiB);
    first.write(payload);
    expect(digest(await receive(second, payload.length))).toBe(digest(payload));

    const began = rates.now();
    stream.draw([rates.open(TRICKLE, 1000)]);
    second.resume();
    first.write(Buffer.alloc(8 * MiB));
    for (let turns = 0; turns < 300; turns++) await turn();
    const seconds = (rates.now() - began) / 1e9;
    expect(stream.bytes().firstToSecond - payload.length).toBeLessThanOrEqual(1000 + MiB + seconds);
  });

  it.each(['none', 'another'] as const)(
    'a stream no more by a rate that it waits for when it is given %s, and gives back what it had reserved',
    async (next) => {
      const { rates, fixture } = await open();
      const narrow = rates.open(TRICKLE, 1000);
      const { first, second, stream } = await fixture.stream([narrow]);
      const [forth, back] = [randomBytes(2 * MiB), randomBytes(MiB)];
      const received = [receiveAll(second), receiveAll(first)] as const;
      first.end(forth);
      second.end(back);
      while (rates.slots.level(narrow.index, rates.now()) >= 0) await turn();
      const wide = rates.open(50 * MB);
      stream.draw(next === 'none' ? [] : [wide]);
      const [atSecond, atFirst] = await Promise.all(received);
      expect([digest(atSecond.bytes), digest(atFirst.bytes)]).toEqual([digest(forth), digest(back)]);
      expect(await endOf(stream)).toBe('finished');
      for (const { index } of [narrow, wide]) {
        expect(rates.slots.level(index, rates.now())).toBeGreaterThanOrEqual(0);
      }
    },
  );

  it('a stream whose rates change again and again, byte-exact [S5B-P-80]', async () => {
    const { rates, fixture } = await open();
    const { first, second, stream } = await fixture.stream();
    const choices = [[], [rates.open(60 * MB)], [rates.open(40 * MB, 10_000), rates.open(90 * MB)]];
    const payload = randomBytes(12 * MiB);
    const received = receiveAll(second);
    first.end(payload);
    let isOver = false;
    void received.then(() => {
      isOver = true;
    });
    for (let n = 0; !isOver; n++) {
      stream.draw(choices[n % choices.length] ?? []);
      await turn();
    }
    expect(digest((await received).bytes)).toBe(digest(payload));
    second.end();
    first.resume();
    expect(await endOf(stream)).toBe('finished');
    stream.draw([rates.open(1)]); // after the end: of no effect
    for (const { index } of choices.flat()) {
      expect(rates.slots.level(index, rates.now())).toBeGreaterThanOrEqual(0);
    }
  });

  it('all streams of a stock to not a byte more than it has, and what ends before is gone whole', async () => {
    const { rates, fixture } = await open();
    const stock = rates.openStock(MB + 1);
    const small = await fixture.stream([stock]);
    const large = await fixture.stream([stock]);
    small.first.end(Buffer.alloc(MB / 2));
    expect((await receiveAll(small.second)).bytes.length).toBe(MB / 2);
    const received = count(large.second);
    large.first.write(Buffer.alloc(3 * MB));
    while (received.bytes() < MB / 2 + 1) await turn();
    expect(rates.isUsedUp(stock)).toBe(true);
    for (let turns = 0; turns < 100; turns++) await turn();
    expect(received.bytes()).toBe(MB / 2 + 1);
    large.stream.abort('quota');
    expect(await endOf(large.stream)).toBe('quota');
    expect(large.stream.bytes().firstToSecond).toBe(MB / 2 + 1);
  });

  it('nobody to nothing: all streams of one rate get their part, and both directions of each', async () => {
    const { rates, fixture } = await open();
    const rate = rates.open(MB, 50_000);
    const size = 300_000; // many turns, of which the first to end may be one ahead of the others
    const all: Socket[] = [];
    for (let streams = 0; streams < 4; streams++) {
      const { first, second } = await fixture.stream([rate]);
      all.push(first, second);
    }
    const received = all.map(count);
    for (const socket of all) socket.end(Buffer.alloc(size));
    await Promise.race(received.map(({ whole }) => whole));
    const shares = received.map(({ bytes }) => bytes());
    expect(Math.min(...shares)).toBeGreaterThan(size / 5);
    await Promise.all(received.map(({ whole }) => whole));
    expect(received.map(({ bytes }) => bytes())).toEqual(all.map(() => size));
  });

  it('a stream to the narrowest of its rates, and leaves one without rates alone', async () => {
    const { rates, fixture } = await open();
    const began = rates.now();
    const narrow = await fixture.stream([
      rates.open(100 * MB),
      rates.open(TRICKLE, 1000),
      rates.open(undefined),
    ]);
    const free = await fixture.stream();
    narrow.first.write(Buffer.alloc(100_000));
    narrow.second.resume();
    free.first.end(Buffer.alloc(5 * MB));
    expect((await receiveAll(free.second)).bytes.length).toBe(5 * MB);
    const seconds = (rates.now() - began) / 1e9;
    expect(narrow.stream.bytes().firstToSecond).toBeLessThanOrEqual(1000 + seconds);
  });

  it('nothing without a table of rates', async () => {
    const fixture = await RelayFixture.open(engine);
    const [first, second] = [await fixture.hold(), await fixture.hold()];
    await expect(fixture.join(first, second, [{ index: 0 }])).rejects.toThrow('no table of rates');
  });
});

function digest(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Reads and counts; `whole` resolves at the FIN. */
function count(socket: Socket): { bytes(): number; whole: Promise<void> } {
  let bytes = 0;
  socket.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
  });
  return { bytes: () => bytes, whole: new Promise((resolve) => socket.once('end', resolve)) };
}
