// A listener behind a load balancer: who connects is who the PROXY protocol's header says. [S5B-P-85]

import { describe, expect, it } from 'vitest';
import { BEHIND_LOAD_BALANCER, connectFrom, dialFrom } from '../support/address.ts';
import { connectMessage, greet, keyOf, ProxyUnderTest, request } from '../support/proxy.ts';
import { ended, receive, receiveAll } from '../support/tcp.ts';
import { until } from '../support/until.ts';

const V1 = Buffer.from('PROXY TCP4 192.0.2.1 203.0.113.7 50000 7777\r\n');
const V2 = Buffer.from('0d0a0d0a000d0a515549540a2111000cc0000201cb007107c3501e61', 'hex');
const LOCAL = Buffer.from('0d0a0d0a000d0a515549540a20000000', 'hex');
const GREETING = Buffer.of(5, 1, 0);

const startBehind = (timeouts = {}) =>
  ProxyUnderTest.start({ config: { listen: BEHIND_LOAD_BALANCER, timeouts, log: { level: 'debug' } } });

describe('a listener with proxyProtocol', () => {
  it.each([
    ['1', V1, '192.0.2.1'],
    ['2', V2, '192.0.2.1'],
    ['2, a connection of its own,', LOCAL, '127.0.0.1'],
  ])('takes a header of version %s, glued to the greeting', async (_, header, remote) => {
    const proxy = await startBehind();
    const transfer = proxy.transfer();
    const socket = await proxy.dial();
    socket.write(Buffer.concat([header, GREETING, connectMessage(keyOf(transfer))]));
    const answers = await receive(socket, 2 + 47);
    expect([...answers.subarray(0, 4)]).toEqual([5, 0, 5, 0]);
    expect(proxy.log).toContainEqual(expect.objectContaining({ msg: 'SOCKS5 handshake accepted', remote }));
  });

  it.each([
    ['1', V1],
    ['2', V2],
  ])('takes a header of version %s in single bytes', async (_, header) => {
    const proxy = await startBehind();
    const socket = await proxy.dial();
    socket.setNoDelay(true);
    for (const byte of header) await new Promise((resolve) => socket.write(Buffer.of(byte), resolve));
    await greet(socket);
  });

  it('tells the addresses of the headers in the line of the stream', async () => {
    const proxy = await startBehind();
    const transfer = proxy.transfer();
    const first = await connectFrom(proxy, '192.0.2.1', transfer);
    const second = await connectFrom(proxy, '2001:db8::2', transfer);
    await proxy.activate(transfer);
    first.socket.resetAndDestroy();
    await ended(second.socket);
    await until(async () => proxy.log.some(({ msg }) => msg === 'stream finished'), true);
    expect(proxy.log).toContainEqual(
      expect.objectContaining({ msg: 'stream finished', first: '192.0.2.1', second: '2001:db8::2' }),
    );
  });

  it('delivers the bytes behind the CONNECT', async () => {
    const proxy = await startBehind();
    const transfer = proxy.transfer();
    const first = await dialFrom(proxy, '192.0.2.1');
    first.write(Buffer.concat([GREETING, connectMessage(keyOf(transfer)), Buffer.from('early')]));
    await receive(first, 49);
    const second = await connectFrom(proxy, '192.0.2.2', transfer);
    await proxy.activate(transfer);
    expect((await receive(second.socket, 5)).toString()).toBe('early');
  });

  it.each([
    ['SOCKS5 without a header', GREETING],
    ['a header that is none', Buffer.from('PROXY TCP4 192.0.2.256 203.0.113.7 50000 7777\r\n')],
    ['a line without an end', Buffer.alloc(200, 'PROXY UNKNOWN ')],
  ])('closes %s without a byte, and counts it', async (_, bytes) => {
    const proxy = await startBehind();
    const socket = await proxy.dial();
    socket.write(bytes);
    expect((await receiveAll(socket)).bytes).toHaveLength(0);
    const sample = 'streamhost_refusals_total{reason="bad-proxy-header"}';
    await until(() => proxy.metric(sample), 1);
  });

  it('gives the header no more time than the handshake has [S5B-P-83]', async () => {
    const proxy = await startBehind({ handshake: '100ms' });
    const socket = await proxy.dial();
    socket.write(V2.subarray(0, 20));
    await ended(socket);
    await until(() => proxy.metric('streamhost_handshakes_total{result="timed-out"}'), 1);
  });
});

describe('a listener without proxyProtocol', () => {
  it.each([
    ['1', V1],
    ['2', V2],
  ])('closes a header of version %s without a byte: it is not SOCKS5 [SOCKS-05]', async (_, header) => {
    const proxy = await ProxyUnderTest.start();
    const socket = await proxy.dial();
    socket.write(Buffer.concat([header, GREETING]));
    expect((await receiveAll(socket)).bytes).toHaveLength(0);
    await until(() => proxy.metric('streamhost_handshakes_total{result="not-socks5"}'), 1);
  });

  it('beside one with it takes SOCKS5 as ever', async () => {
    const listen = [...BEHIND_LOAD_BALANCER, { host: '127.0.0.1', port: 0 }];
    const proxy = await ProxyUnderTest.start({ config: { listen } });
    const plain = await proxy.dial('127.0.0.1', proxy.address(1).port);
    expect(await request(plain, GREETING, 2)).toEqual(Buffer.of(5, 0));
    expect((await connectFrom(proxy, '192.0.2.1')).rep).toBe(0);
  });
});
