// Peers that wait, streams that run and how they end, black box. [requirements A.4, A.6]

import { createHash, randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { ALICE, BOB, DOMAIN, outcome, ProxyUnderTest } from '../support/proxy.ts';
import { ended, receive, receiveAll } from '../support/tcp.ts';
import { until } from '../support/until.ts';

const WAITING = 'streamhost_connections_waiting';

describe('waiting peers', () => {
  it.each([
    ['hold', 'junkdata'],
    ['discard', 'data'],
  ] as const)(
    'that write early while early data is to be %s: the other one reads %j [S5B-P-45] (clients.md 2.10)',
    async (earlyData, delivered) => {
      const proxy = await ProxyUnderTest.start({ config: { relay: { earlyData } } });
      const transfer = proxy.transfer();
      const first = await proxy.peer(transfer);
      first.write('junk');
      const second = await proxy.peer(transfer);
      await proxy.activate(transfer);
      first.end('data');
      expect((await receiveAll(second)).bytes.toString()).toBe(delivered);
    },
  );

  it('that write and close before the activation are delivered whole [S5B-P-43] (clients.md 2.10)', async () => {
    const proxy = await ProxyUnderTest.start();
    const transfer = proxy.transfer();
    const first = await proxy.peer(transfer);
    first.end('abc');
    const second = await proxy.peer(transfer);
    await proxy.activate(transfer);
    expect(await receiveAll(second)).toEqual({ bytes: Buffer.from('abc'), end: 'fin' });
  });

  it('that have sent FIN give way to a newcomer [S5B-P-42] (clients.md 2.12)', async () => {
    const proxy = await ProxyUnderTest.start();
    const transfer = proxy.transfer();
    const first = await proxy.peer(transfer);
    const second = await proxy.peer(transfer);
    first.end();
    const third = await untilAccepted(proxy, transfer);
    await proxy.activate(transfer);
    third.write('x');
    expect((await receive(second, 1)).toString()).toBe('x');
  });

  it('are dropped after the pending timeout [S5B-P-83]', async () => {
    const proxy = await ProxyUnderTest.start({ config: { timeouts: { pending: '50ms' } } });
    expect(await ended(await proxy.peer(proxy.transfer()))).toBe('fin');
    expect(await proxy.metric(WAITING)).toBe(0);
  });

  it('are not read beyond a bound, and nothing of theirs is lost [S5B-P-44]', async () => {
    const proxy = await ProxyUnderTest.start();
    const transfer = proxy.transfer();
    const [first, second] = await proxy.pair(transfer);
    const payload = randomBytes(8 * 1024 * 1024);
    first.end(payload);
    await proxy.activate(transfer);
    expect(digest((await receiveAll(second)).bytes)).toBe(digest(payload));
  });

  it('cost nothing for address queries that name a sid [S5B-P-15] [S5B-P-16]', async () => {
    const proxy = await ProxyUnderTest.start();
    for (let n = 0; n < 500; n++) {
      const id = `q${n}`;
      const reply = await proxy.link.ask(
        `<iq type='get' id='${id}' from='${ALICE}' to='${DOMAIN}'><query xmlns='http://jabber.org/protocol/bytestreams' sid='${id}'/></iq>`,
      );
      expect(reply.getChild('query')?.attrs.sid).toBe(id);
    }
    expect(await proxy.metric(WAITING)).toBe(0);
  });
});

describe('a stream', () => {
  it('may be one of fifty between the same two [S5B-P-49]', async () => {
    const proxy = await ProxyUnderTest.start();
    const streams: [Socket, Socket][] = [];
    for (let n = 0; n < 50; n++) streams.push(await proxy.stream());
    expect(await proxy.metric('streamhost_streams_active')).toBe(50);
    const received = streams.map(([, second]) => receiveAll(second));
    for (const [n, [first]] of streams.entries()) first.end(`stream ${n}`);
    expect((await Promise.all(received)).map(({ bytes }) => bytes.toString())).toEqual(
      streams.map((_, n) => `stream ${n}`),
    );
  });

  it('ends with one log line that tells both JIDs, bytes, duration and reason, and with no stanza [S5B-P-82] [S5B-P-89]', async () => {
    const proxy = await ProxyUnderTest.start();
    const transfer = proxy.transfer({ sid: 'a-sid-that-is-secret' });
    const [first, second] = await proxy.stream(transfer);
    const ends = [receiveAll(first), receiveAll(second)];
    first.end('12345');
    second.end('abc');
    await Promise.all(ends);
    await until(() => proxy.metric('streamhost_streams_active'), 0);
    const told = proxy.log.filter((line) => JSON.stringify(line).includes('"reason":"finished"'));
    expect(told).toHaveLength(1);
    expect(told[0]).toMatchObject({ requester: ALICE, target: BOB, reason: 'finished' });
    expect(JSON.stringify(proxy.log)).not.toContain('a-sid-that-is-secret');
    await proxy.link.settle(DOMAIN, ALICE);
    expect(proxy.link.unread).toEqual([]);
    expect(await proxy.metric('streamhost_relayed_bytes_total{direction="first_to_second"}')).toBe(5);
    expect(await proxy.metric('streamhost_relayed_bytes_total{direction="second_to_first"}')).toBe(3);
    expect(await proxy.metric('streamhost_streams_total{reason="finished"}')).toBe(1);
  });

  it('counts its bytes while it runs', async () => {
    const proxy = await ProxyUnderTest.start();
    const [first, second] = await proxy.stream();
    first.write('x'.repeat(1000));
    await receive(second, 1000);
    expect(await proxy.metric('streamhost_relayed_bytes_total{direction="first_to_second"}')).toBe(1000);
    expect(await proxy.metric('streamhost_streams_active')).toBe(1);
  });

  it('passes a reset on [S5B-P-81]', async () => {
    const proxy = await ProxyUnderTest.start();
    const [first, second] = await proxy.stream();
    first.write('x');
    await receive(second, 1);
    first.resetAndDestroy();
    expect(await ended(second)).toBe('reset');
  });

  it('and a waiting peer survive the loss of the link; after the reconnection activations work again [S5B-P-86] [COMP-20]', async () => {
    const proxy = await ProxyUnderTest.start();
    const transfer = proxy.transfer();
    const [first, second] = await proxy.stream();
    const waiting = await proxy.pair(transfer);
    const received = receiveAll(second);
    first.write('before ');
    const rejoined = proxy.rejoined();
    proxy.link.reset();
    await rejoined;
    first.end('after');
    expect((await received).bytes.toString()).toBe('before after');
    expect(outcome(await proxy.activate(transfer))).toBe('result');
    waiting[0].write('x');
    expect((await receive(waiting[1], 1)).toString()).toBe('x');
    expect(await proxy.metric('streamhost_xmpp_reconnects_total')).toBe(1);
  });
});

describe('stopping', () => {
  it('lets running streams finish, refuses newcomers, leaves the server properly [S5B-P-88] [COMP-13]', async () => {
    const proxy = await ProxyUnderTest.start();
    const [first, second] = await proxy.stream();
    const stopped = proxy.daemon.stop({ graceMs: 60_000 });
    expect(outcome(await proxy.activate(proxy.transfer()))).toBe('resource-constraint/wait');
    await expect(proxy.dial()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    first.end('the rest');
    second.end();
    expect((await receiveAll(second)).bytes.toString()).toBe('the rest');
    await proxy.link.untilFooter();
    proxy.link.send('</stream:stream>');
    expect(await stopped).toEqual({ unfinished: 0 });
    expect(proxy.link.footerSeen).toBe(true);
  });

  it('resets what still runs when the grace period is over [S5B-P-88]', async () => {
    const proxy = await ProxyUnderTest.start();
    const pair = await proxy.stream();
    const ends = Promise.all(pair.map(ended));
    const stopped = proxy.daemon.stop({ graceMs: 10 });
    await proxy.link.untilFooter();
    proxy.link.send('</stream:stream>');
    expect(await stopped).toEqual({ unfinished: 1 });
    expect(await ends).toEqual(['reset', 'reset']);
    expect(await proxy.daemon.stop()).toEqual({ unfinished: 1 });
  });
});

function digest(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** A FIN may still be under way when the newcomer asks. */
async function untilAccepted(
  proxy: ProxyUnderTest,
  transfer: Parameters<ProxyUnderTest['peer']>[0],
): Promise<Socket> {
  for (;;) {
    const peer = await proxy.peer(transfer).catch(() => undefined);
    if (peer) return peer;
    await new Promise((resolve) => setImmediate(resolve));
  }
}
