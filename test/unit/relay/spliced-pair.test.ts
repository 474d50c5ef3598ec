// A stream in its worker, run on this thread between real connections: what the worker's parts do when there are no pipes.

import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { RateTable } from '../../../src/policy/rate.ts';
import type { Pace } from '../../../src/relay/pace.ts';
import { Pacing } from '../../../src/relay/pacing.ts';
import { SLOTS_PER_PAGE } from '../../../src/relay/splice/counters.ts';
import { control, EventLoop } from '../../../src/relay/splice/event-loop.ts';
import { takeOut } from '../../../src/relay/splice/hand-over.ts';
import { type Libc, loadLibc } from '../../../src/relay/splice/libc.ts';
import { Epoll, Socket as SocketNumbers } from '../../../src/relay/splice/linux.ts';
import { createPipeRegister, PipePool } from '../../../src/relay/splice/pipe-pool.ts';
import { RunQueue } from '../../../src/relay/splice/run-queue.ts';
import { SplicedPair } from '../../../src/relay/splice/spliced-pair.ts';
import { describeWith } from '../../support/requirements.ts';
import { Acceptor } from '../../support/tcp.ts';

const MiB = 1024 * 1024;

describeWith(['splice'], 'a stream without a pipe', () => {
  it('is copied byte-exact in both directions at once, to the FIN behind the last byte [S5B-P-47] [S5B-P-80]', async () => {
    const { first, second, run, ended, copies } = await setUp();
    const [forth, back] = [randomBytes(3 * MiB + 1), randomBytes(MiB + 7)];
    const received = [gather(second), gather(first)] as const;
    first.end(forth);
    second.end(back);
    await run(() => ended.length > 0);
    expect((await received[0]).equals(forth)).toBe(true);
    expect((await received[1]).equals(back)).toBe(true);
    expect(ended).toEqual(['finished']);
    expect(copies()).toBeGreaterThan(0);
  });

  it('takes from the sender only what the reader takes: a stopped one loses nothing [S5B-P-48]', async () => {
    const { first, second, run, ended, moved } = await setUp();
    const payload = randomBytes(24 * MiB);
    second.pause();
    first.end(payload);
    let last = -1;
    let quiet = 0;
    await run(() => {
      quiet = moved() === last ? quiet + 1 : 0;
      last = moved();
      return quiet === 300;
    });
    expect(last).toBeLessThan(payload.length);
    const received = gather(second);
    second.end();
    first.resume();
    await run(() => ended.length > 0);
    expect((await received).equals(payload)).toBe(true);
    expect(moved()).toBe(payload.length);
  });
});

describeWith(['splice'], 'a stream whose rates are used up', () => {
  it('is reset when its sender talks to somebody who has left meanwhile [S5B-P-81]', async () => {
    const rates = new RateTable({ now: () => 0 });
    const rate = rates.open(1, 1000);
    const waiting = new Set<Pace>();
    const timetable = {
      now: () => 0,
      appoint: (pace: Pace) => void waiting.add(pace),
      cancel: (pace: Pace) => void waiting.delete(pace),
    };
    const pacing = new Pacing({ slots: rates.slots, timetable }, [rate.index]);
    const { first, second, run, ended } = await setUp(pacing);
    const turns = (left: number) => run(() => left-- === 0);
    let received = 0;
    first.on('data', (chunk: Buffer) => {
      received += chunk.length;
    });
    second.write(Buffer.alloc(1000));
    await run(() => received === 1000);
    await run(() => waiting.size > 0); // the way back is in line, and has nothing to move
    first.end();
    await turns(50);
    first.resetAndDestroy();
    await turns(50);
    rates.set(rate, undefined);
    for (const pace of [...waiting]) pace.wake();
    await turns(50);
    expect(ended).toEqual([]); // nothing is lost yet: it was the other one who had finished
    second.on('error', () => {}).write('hello?');
    await run(() => ended.length > 0);
    expect(ended).toEqual(['reset']);
  });
});

async function setUp(pacing = new Pacing(undefined, [])) {
  const real = loadLibc();
  let copied = 0;
  const libc: Libc = {
    ...real,
    pipe2: () => -1,
    recv: (fd, into, length, flags) => {
      if (flags & SocketNumbers.MSG_PEEK) copied++;
      return real.recv(fd, into, length, flags);
    },
  };
  const acceptor = await Acceptor.open();
  const [one, two] = [await acceptor.pair(), await acceptor.pair()];
  const fds = [one, two].map(({ accepted }) => takeOut(libc, accepted, 60_000) ?? -1);
  const epoll = libc.epollCreate(Epoll.CLOEXEC);
  onTestFinished(() => {
    for (const fd of [...fds, epoll]) libc.close(fd);
  });
  const [first, second] = fds.map((fd, index) => ({ fd, tag: index + 1 }));
  if (!first || !second) throw new Error('two connections were taken out');
  for (const lent of [first, second]) control(libc, epoll, Epoll.CTL_ADD, lent);
  const loop = new EventLoop(libc, epoll, () => {});
  const queue = new RunQueue();
  const ended: string[] = [];
  const observer = {
    onHalfClosed: () => {},
    onEnded: (_slot: number, reason: string) => {
      ended.push(reason);
      for (const { fd } of [first, second]) libc.shutdown(fd, SocketNumbers.SHUT_WR);
    },
  };
  const page = new BigInt64Array(SLOTS_PER_PAGE * 4);
  const pipes = new PipePool(libc, createPipeRegister(), 1);
  const parts = { libc, loop, queue, pipes, scratch: new Uint8Array(64 * 1024), observer };
  const order = { kind: 'join', slot: 0, first, second, early: [undefined, undefined], rates: [] } as const;
  new SplicedPair(order, page, pacing, parts);
  /** Lets the worker's parts and Node.js take turns until it is so. */
  const run = async (isSo: () => boolean) => {
    while (!isSo()) {
      loop.turn(0);
      queue.turn();
      await turn();
    }
  };
  return {
    first: one.client,
    second: two.client,
    run,
    ended,
    copies: () => copied,
    moved: () => Number(page[0]),
  };
}

/** All that a socket receives until its FIN. */
async function gather(socket: Socket): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
