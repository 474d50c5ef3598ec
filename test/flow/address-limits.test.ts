// What one source address may take of the proxy, as peers and operators see it. [S5B-P-85]

import { once } from 'node:events';
import type { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { BEHIND_LOAD_BALANCER, connectFrom, dialFrom } from '../support/address.ts';
import { connectMessage, greet, ProxyUnderTest, request } from '../support/proxy.ts';
import { ended, receiveAll } from '../support/tcp.ts';
import { until } from '../support/until.ts';

const KEY = '98b8d688d0f5d895fd41c5e7309a2e9e33ba32ff';
const WAITING = 'streamhost_connections_waiting';
const ANNA = '192.0.2.1';
const BEN = '192.0.2.2';

const refusals = (proxy: ProxyUnderTest, reason: string) =>
  proxy.metric(`streamhost_refusals_total{reason="${reason}"}`);

/** A proxy at which one address may have two connections waiting. */
function startWithTwoPlaces(exempt: string[] = []): Promise<ProxyUnderTest> {
  const limits = { waitingPerAddress: 2, exempt };
  return ProxyUnderTest.start({ config: { listen: BEHIND_LOAD_BALANCER, limits } });
}

describe('connections that wait', () => {
  it('are refused with REP 02 beyond those of one address, and closed [SOCKS-11] [SOCKS-17] [S5B-P-85] (clients.md 2.9)', async () => {
    const proxy = await ProxyUnderTest.start({ config: { limits: { waitingPerAddress: 2 } } });
    await proxy.peer(proxy.transfer());
    await proxy.peer(proxy.transfer());
    const third = await proxy.dial();
    await greet(third);
    const answer = await request(third, connectMessage(KEY), 47);
    expect(answer.subarray(0, 4)).toEqual(Buffer.of(5, 2, 0, 3));
    expect(answer.toString('latin1', 5, 45)).toBe(KEY);
    expect(await receiveAll(third)).toEqual({ bytes: Buffer.alloc(0), end: 'fin' });
    expect(await refusals(proxy, 'over-address-limit')).toBe(1);
    expect(await proxy.metric(WAITING)).toBe(2);
  });

  it('of other addresses are not touched [S5B-P-85]', async () => {
    const proxy = await startWithTwoPlaces();
    const reps = [];
    for (const from of [ANNA, ANNA, ANNA, BEN, BEN, BEN]) reps.push((await connectFrom(proxy, from)).rep);
    expect(reps).toEqual([0, 0, 2, 0, 0, 2]);
  });

  it('are counted by /64 when they come over IPv6, and a mapped address is IPv4 [S5B-P-85]', async () => {
    const proxy = await startWithTwoPlaces();
    const reps = [];
    for (const from of ['2001:db8::1', '2001:db8::ffff:1', '2001:db8:0:0:7::9', '2001:db8:0:1::1']) {
      reps.push((await connectFrom(proxy, from)).rep);
    }
    for (const from of [ANNA, `::ffff:${ANNA}`, ANNA]) reps.push((await connectFrom(proxy, from)).rep);
    expect(reps).toEqual([0, 0, 2, 0, 0, 0, 2]);
  });

  it('make room when they are reset, refused or activated [S5B-P-85]', async () => {
    const proxy = await startWithTwoPlaces();
    for (let round = 0; round < 3; round++) {
      const first = await connectFrom(proxy, ANNA);
      const second = await connectFrom(proxy, ANNA);
      expect([first.rep, second.rep, (await connectFrom(proxy, ANNA)).rep]).toEqual([0, 0, 2]);
      first.socket.resetAndDestroy();
      second.socket.resetAndDestroy();
      await until(() => proxy.metric(WAITING), 0);
    }
    for (const requester of ['alice@example.org/home', 'stranger@example.net/work']) {
      const transfer = proxy.transfer({ requester });
      expect((await connectFrom(proxy, ANNA, transfer)).rep).toBe(0);
      expect((await connectFrom(proxy, ANNA, transfer)).rep).toBe(0);
      await proxy.activate(transfer); // once with a result, once forbidden
      await until(() => proxy.metric(WAITING), 0);
    }
    expect((await connectFrom(proxy, ANNA)).rep).toBe(0);
  });

  it('of an exempt network are only bounded with all others [S5B-P-85]', async () => {
    const proxy = await startWithTwoPlaces(['192.0.2.0/31']);
    const reps = [];
    for (const from of [ANNA, ANNA, ANNA, BEN, BEN, BEN]) reps.push((await connectFrom(proxy, from)).rep);
    expect(reps).toEqual([0, 0, 0, 0, 0, 2]);
  });

  it('of this machine are not bounded by the default, since a tunnel would be one address for everyone', async () => {
    const proxy = await ProxyUnderTest.start();
    const places = Array.from({ length: 260 }, () => proxy.peer(proxy.transfer()));
    expect(await Promise.all(places)).toHaveLength(260);
  });
});

describe('handshakes', () => {
  it('of one address may be a quarter of all; silent ones leave room for others [S5B-P-85]', async () => {
    const limits = { handshakes: 8, connectionsPerSecond: 1000 };
    const proxy = await ProxyUnderTest.start({ config: { listen: BEHIND_LOAD_BALANCER, limits } });
    await greet(await dialFrom(proxy, ANNA));
    await greet(await dialFrom(proxy, ANNA));
    const third = await dialFrom(proxy, ANNA);
    expect((await receiveAll(third)).bytes).toHaveLength(0);
    expect(await refusals(proxy, 'over-address-limit')).toBe(1);
    expect((await connectFrom(proxy, BEN)).rep).toBe(0);
  });
});

describe('new connections', () => {
  const DIALS = 60;

  /** Dials so often at once; resolves with how many were closed without a byte. */
  async function countClosed(dial: () => Promise<Socket>): Promise<number> {
    const served = Array.from({ length: DIALS }, async () => {
      const socket = await dial();
      socket.write(Buffer.of(5, 1, 0));
      return Promise.race([once(socket, 'data').then(() => true), ended(socket).then(() => false)]);
    });
    return (await Promise.all(served)).filter((wasServed) => !wasServed).length;
  }

  it('that come too fast from one address are closed without a byte and counted [S5B-P-85]', async () => {
    const proxy = await ProxyUnderTest.start({ config: { limits: { connectionsPerSecond: 1 } } });
    const closed = await countClosed(() => proxy.dial());
    expect(closed).toBeGreaterThan(0);
    expect(closed).toBeLessThanOrEqual(DIALS - 4);
    expect(await refusals(proxy, 'too-fast')).toBe(closed);
  });

  it('are counted by the address that a load balancer tells [S5B-P-85]', async () => {
    const limits = { connectionsPerSecond: 1 };
    const proxy = await ProxyUnderTest.start({ config: { listen: BEHIND_LOAD_BALANCER, limits } });
    expect(await countClosed(() => dialFrom(proxy, ANNA))).toBeGreaterThan(0);
    expect((await connectFrom(proxy, BEN)).rep).toBe(0);
  });

  it('of an exempt network may come as fast as they like [S5B-P-85]', async () => {
    const limits = { connectionsPerSecond: 1, exempt: ['127.0.0.0/8'] };
    const proxy = await ProxyUnderTest.start({ config: { limits } });
    expect(await countClosed(() => proxy.dial())).toBe(0);
  });
});
