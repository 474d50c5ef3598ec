// The time between the signal to stop and the end. [S5B-P-73] [S5B-P-88]

import { describe, expect, it } from 'vitest';
import { connectMessage, greet, keyOf, outcome, ProxyUnderTest, request } from '../support/proxy.ts';
import { ended, receive, receiveAll } from '../support/tcp.ts';
import { until } from '../support/until.ts';

const LONG = { graceMs: 600_000 };

/** What the log has of an event. */
function told(proxy: ProxyUnderTest, event: string): Record<string, unknown>[] {
  return proxy.log.filter((line) => line.event === event);
}

/** Ends the daemon's drain from the server's side, once it says goodbye. */
async function sayGoodbye(proxy: ProxyUnderTest): Promise<void> {
  await proxy.link.untilFooter();
  proxy.link.send('</stream:stream>');
}

describe('while draining', () => {
  it('/readyz turns 503 and streamhost_draining 1', async () => {
    const proxy = await ProxyUnderTest.start();
    await proxy.stream();
    expect((await proxy.get('/readyz')).status).toBe(200);
    expect(await proxy.metric('streamhost_draining')).toBe(0);
    void proxy.daemon.stop(LONG);
    expect((await proxy.get('/readyz')).status).toBe(503);
    expect((await proxy.get('/healthz')).status).toBe(200);
    expect(await proxy.metric('streamhost_draining')).toBe(1);
  });

  it('address queries and activations of new transfers meet a constraint [S5B-P-73]', async () => {
    const proxy = await ProxyUnderTest.start();
    await proxy.stream();
    void proxy.daemon.stop(LONG);
    expect(outcome(await proxy.query())).toBe('resource-constraint/wait');
    expect(outcome(await proxy.activate(proxy.transfer()))).toBe('resource-constraint/wait');
    expect(await proxy.metric('streamhost_address_queries_total{result="draining"}')).toBe(1);
  });

  it('a new hash is refused with REP 01 while others still wait [S5B-P-88]', async () => {
    const proxy = await ProxyUnderTest.start();
    const waiting = await proxy.peer(proxy.transfer());
    const stopped = proxy.daemon.stop(LONG);
    const newcomer = await proxy.dial();
    await greet(newcomer);
    expect((await request(newcomer, connectMessage(keyOf(proxy.transfer())), 47))[1]).toBe(1);
    expect(await ended(newcomer)).toBe('fin');
    waiting.resetAndDestroy();
    await sayGoodbye(proxy);
    expect(await stopped).toEqual({ unfinished: 0 });
  });

  it('a transfer that waits for its second party is completed, and its bytes arrive [S5B-P-88]', async () => {
    const proxy = await ProxyUnderTest.start();
    const transfer = proxy.transfer();
    const first = await proxy.peer(transfer);
    const stopped = proxy.daemon.stop(LONG);
    expect(outcome(await proxy.activate(transfer))).toBe('not-allowed/cancel');
    const second = await proxy.peer(transfer);
    expect(outcome(await proxy.activate(transfer))).toBe('result');
    await until(async () => told(proxy, 'stopped-listening').length, 1);
    await expect(proxy.dial()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    first.end('the whole file');
    second.end();
    expect((await receiveAll(second)).bytes.toString()).toBe('the whole file');
    await sayGoodbye(proxy);
    expect(await stopped).toEqual({ unfinished: 0 });
  });

  it('a pair that waits for its activation gets it [S5B-P-88]', async () => {
    const proxy = await ProxyUnderTest.start();
    const transfer = proxy.transfer();
    const [first, second] = await proxy.pair(transfer);
    void proxy.daemon.stop(LONG);
    expect(outcome(await proxy.activate(transfer))).toBe('result');
    first.write('x');
    expect((await receive(second, 1)).toString()).toBe('x');
  });

  it('who waits in vain is closed at the end of the grace period, and streams are reset, with the reason in the log', async () => {
    const proxy = await ProxyUnderTest.start();
    const waiting = await proxy.peer(proxy.transfer());
    const pair = await proxy.stream();
    const ends = Promise.all([...pair, waiting].map(ended));
    const stopped = proxy.daemon.stop({ graceMs: 10 });
    await sayGoodbye(proxy);
    expect(await stopped).toEqual({ unfinished: 1 });
    expect(await ends).toEqual(['reset', 'reset', 'fin']);
    expect(told(proxy, 'draining')).toMatchObject([{ streams: 1, waiting: 1, graceMs: 10 }]);
    expect(told(proxy, 'stream-closed')).toMatchObject([{ reason: 'shutdown' }]);
    expect(told(proxy, 'stopped')).toMatchObject([{ unfinished: 1 }]);
  });

  it('the server may end the link without holding anything up', async () => {
    const proxy = await ProxyUnderTest.start();
    proxy.link.send('</stream:stream>');
    await until(async () => told(proxy, 'xmpp-offline').length, 1);
    expect(await proxy.daemon.stop()).toEqual({ unfinished: 0 });
  });
});

describe('with drain.link: leave', () => {
  it('the link and the listeners are given up at once, and streams run on [S5B-P-86]', async () => {
    const proxy = await ProxyUnderTest.start({ config: { drain: { link: 'leave' } } });
    const waiting = await proxy.peer(proxy.transfer());
    const [first, second] = await proxy.stream();
    const stopped = proxy.daemon.stop(LONG);
    expect(await ended(waiting)).toBe('fin');
    await sayGoodbye(proxy);
    await until(async () => told(proxy, 'xmpp-offline').length, 1);
    await expect(proxy.dial()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    first.end('still here');
    second.end();
    expect((await receiveAll(second)).bytes.toString()).toBe('still here');
    expect(await stopped).toEqual({ unfinished: 0 });
  });
});

describe('a link that another process takes over', () => {
  it('is not taken back while draining, and who waits is closed [COMP-09]', async () => {
    const proxy = await ProxyUnderTest.start();
    const waiting = await proxy.peer(proxy.transfer());
    const stopped = proxy.daemon.stop(LONG);
    proxy.link.sendStreamError('conflict');
    proxy.link.destroy();
    expect(await ended(waiting)).toBe('fin');
    expect(await stopped).toEqual({ unfinished: 0 });
    expect(told(proxy, 'xmpp-offline')).toMatchObject([
      { reason: expect.stringContaining('has taken over') },
    ]);
    expect(told(proxy, 'xmpp-offline')[0]).not.toHaveProperty('retryInMs');
    expect(proxy.server.connections).toHaveLength(1);
  });
});
