// A real load balancer before the daemon: HAProxy tells with the PROXY protocol from whom it has each connection.

import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { BEHIND_LOAD_BALANCER } from '../support/address.ts';
import { startLoadBalancer } from '../support/interop/haproxy.ts';
import { connectMessage, greet, keyOf, ProxyUnderTest, request, type Transfer } from '../support/proxy.ts';
import { describeWith } from '../support/requirements.ts';
import { ended, receive } from '../support/tcp.ts';
import { until } from '../support/until.ts';

const ANNA = '127.0.0.5';
const BEN = '127.0.0.6';

const startProxy = (limits = {}) =>
  ProxyUnderTest.start({ config: { listen: BEHIND_LOAD_BALANCER, log: { level: 'debug' }, limits } });

/** A SOCKS peer with an address of its own that goes through the load balancer. */
async function peer(
  port: number,
  from: string,
  transfer: Transfer,
): Promise<{ socket: Socket; rep?: number }> {
  const host = from.includes(':') ? '::1' : '127.0.0.1';
  const socket = connect({ port, host, localAddress: from, allowHalfOpen: true });
  socket.on('error', () => {});
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  await greet(socket);
  const [, rep] = await request(socket, connectMessage(keyOf(transfer)), 47);
  return { socket, ...(rep !== undefined && { rep }) };
}

/** The line that the log has of the only stream. */
async function streamLine(proxy: ProxyUnderTest): Promise<Record<string, unknown> | undefined> {
  const find = () => proxy.log.find(({ msg }) => msg === 'stream finished');
  await until(async () => find() !== undefined, true);
  return find();
}

describeWith(['haproxy'], 'behind HAProxy', () => {
  it.each(['send-proxy', 'send-proxy-v2'] as const)(
    'with %s, a stream carries its bytes, and the log has the addresses of the peers',
    async (header) => {
      const proxy = await startProxy();
      const port = await startLoadBalancer(proxy.port, header);
      const transfer = proxy.transfer();
      const target = await peer(port, ANNA, transfer);
      const requester = await peer(port, BEN, transfer);
      await proxy.activate(transfer);
      requester.socket.end('a file');
      expect((await receive(target.socket, 6)).toString()).toBe('a file');
      target.socket.end();
      await ended(requester.socket);
      expect(await streamLine(proxy)).toMatchObject({ first: ANNA, second: BEN, reason: 'finished' });
    },
  );

  it.each(['send-proxy', 'send-proxy-v2'] as const)(
    'with %s, its own checks are answered, and refused by nothing',
    async (header) => {
      const proxy = await startProxy();
      await startLoadBalancer(proxy.port, header);
      await until(
        async () => (await proxy.metric('streamhost_handshakes_total{result="aborted"}')) > 0,
        true,
      );
      expect(await proxy.metric('streamhost_refusals_total{reason="bad-proxy-header"}')).toBe(0);
      expect(await proxy.metric('streamhost_refusals_total{reason="not-socks5"}')).toBe(0);
    },
  );

  it('limits hold for the address of the peer, not for that of the load balancer [S5B-P-85]', async () => {
    const proxy = await startProxy({ waitingPerAddress: 2 });
    const port = await startLoadBalancer(proxy.port, 'send-proxy-v2');
    const reps = [];
    for (const from of [ANNA, ANNA, ANNA, BEN]) reps.push((await peer(port, from, proxy.transfer())).rep);
    expect(reps).toEqual([0, 0, 2, 0]);
  });
});

describeWith(['haproxy', 'ipv6'], 'behind HAProxy over IPv6', () => {
  it.each(['send-proxy', 'send-proxy-v2'] as const)(
    'with %s, the address is an IPv6 address',
    async (header) => {
      const proxy = await startProxy();
      const port = await startLoadBalancer(proxy.port, header, '::1');
      expect((await peer(port, '::1', proxy.transfer())).rep).toBe(0);
      expect(proxy.log).toContainEqual(
        expect.objectContaining({ msg: 'SOCKS5 handshake accepted', remote: '::1' }),
      );
    },
  );
});
