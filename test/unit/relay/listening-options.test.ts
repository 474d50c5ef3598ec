// What is set on a listening socket is found on the connections that it accepts.

import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { loadLibc } from '../../../src/relay/splice/libc.ts';
import { Socket as Option } from '../../../src/relay/splice/linux.ts';
import { inheritTuning, setListeningOptions } from '../../../src/relay/splice/listening-options.ts';
import { describeWith } from '../../support/requirements.ts';
import { dial } from '../../support/tcp.ts';

describeWith(['splice'], 'the options of a listener', () => {
  it('are inherited: congestion control and buffers', async () => {
    const { server, fd, port } = await listen();
    setListeningOptions(fd, { congestion: 'reno', receiveBuffer: 65_536, sendBuffer: 32_768 });
    const accepted = once(server, 'connection');
    await dial(port);
    const [socket] = (await accepted) as [Socket];
    expect(read(descriptor(socket), Option.IPPROTO_TCP, Option.TCP_CONGESTION).toString('latin1')).toMatch(
      /^reno\0/,
    );
    // The kernel doubles what it is given, for its own use. [socket(7)]
    expect(read(descriptor(socket), Option.SOL_SOCKET, Option.SO_RCVBUF).readInt32LE()).toBe(131_072);
    expect(read(descriptor(socket), Option.SOL_SOCKET, Option.SO_SNDBUF).readInt32LE()).toBe(65_536);
    socket.destroy();
  });

  it('are inherited: what every accepted socket gets [SOCKS-22]', async () => {
    const { server, fd, port } = await listen();
    expect(inheritTuning(fd)).toBe(true);
    const accepted = once(server, 'connection');
    await dial(port);
    const [socket] = (await accepted) as [Socket];
    const option = (level: number, name: number) => read(descriptor(socket), level, name).readInt32LE();
    expect(option(Option.IPPROTO_TCP, Option.TCP_NODELAY)).toBe(1);
    expect(option(Option.SOL_SOCKET, Option.SO_KEEPALIVE)).toBe(1);
    expect(option(Option.IPPROTO_TCP, Option.TCP_KEEPIDLE)).toBe(60);
    socket.destroy();
  });

  it('that the system does not know are refused by name', async () => {
    const { fd } = await listen();
    expect(() => setListeningOptions(fd, { congestion: 'teleport' })).toThrow(
      /refuses congestion teleport \(ENOENT\)/,
    );
  });

  it('are left to the kernel when there are none', async () => {
    const { fd } = await listen();
    const before = read(fd, Option.SOL_SOCKET, Option.SO_RCVBUF);
    setListeningOptions(fd, {});
    expect(read(fd, Option.SOL_SOCKET, Option.SO_RCVBUF)).toEqual(before);
  });
});

async function listen(): Promise<{ server: Server; fd: number; port: number }> {
  const server = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server does not listen');
  return { server, fd: descriptor(server), port: address.port };
}

function descriptor(owner: Server | Socket): number {
  return (owner as unknown as { _handle: { fd: number } })._handle.fd;
}

function read(fd: number, level: number, option: number): Buffer {
  const value = Buffer.alloc(16);
  expect(loadLibc().getsockopt(fd, level, option, value, Int32Array.of(value.length))).toBe(0);
  return value;
}
