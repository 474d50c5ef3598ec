// Peers of many source addresses from one machine: the address is told in a PROXY protocol header.

import type { Socket } from 'node:net';
import { connectMessage, greet, keyOf, type ProxyUnderTest, request, type Transfer } from './proxy.ts';

/** A listener behind a load balancer, on a free port. */
export const BEHIND_LOAD_BALANCER = [{ host: '127.0.0.1', port: 0, proxyProtocol: true }];

/** A connection that the load balancer has from an address; nothing but the header has been sent. */
export async function dialFrom(proxy: ProxyUnderTest, source: string): Promise<Socket> {
  const socket = await proxy.dial();
  const family = source.includes(':') ? 'TCP6' : 'TCP4';
  const destination = source.includes(':') ? '2001:db8::7' : '203.0.113.7';
  socket.write(`PROXY ${family} ${source} ${destination} 50000 7777\r\n`);
  return socket;
}

/** What the proxy answers to a CONNECT from an address: REP. */
export async function connectFrom(
  proxy: ProxyUnderTest,
  source: string,
  transfer: Transfer = proxy.transfer(),
): Promise<{ socket: Socket; rep: number | undefined }> {
  const socket = await dialFrom(proxy, source);
  await greet(socket);
  const answer = await request(socket, connectMessage(keyOf(transfer)), 47);
  return { socket, rep: answer[1] };
}
