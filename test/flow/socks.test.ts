// RFC 1928 at the daemon's port, black box. [requirements B]

import { once } from 'node:events';
import type { Socket } from 'node:net';
import { SocksClient } from 'socks';
import socksv5 from 'socksv5';
import { describe, expect, it } from 'vitest';
import { connectMessage, greet, keyOf, ProxyUnderTest, request } from '../support/proxy.ts';
import { describeWith } from '../support/requirements.ts';
import { ended, receive, receiveAll } from '../support/tcp.ts';

const KEY = '98b8d688d0f5d895fd41c5e7309a2e9e33ba32ff';
const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');

describe('a greeting', () => {
  it('is answered with method 00 [SOCKS-01]', async () => {
    const proxy = await ProxyUnderTest.start();
    expect(await request(await proxy.dial(), hex('05 01 00'), 2)).toEqual(hex('05 00'));
  });

  it.each([
    ['last of 255', Buffer.concat([hex('05 ff'), Buffer.alloc(254, 0x02), hex('00')])],
    ['last of two, as old Psi sends it', hex('05 02 02 00')],
    ['first of two', hex('05 02 00 02')],
  ])('is answered with method 00 when it is offered %s [SOCKS-02] (clients.md 2.4)', async (_, greeting) => {
    const proxy = await ProxyUnderTest.start();
    expect(await request(await proxy.dial(), greeting, 2)).toEqual(hex('05 00'));
  });

  it.each(['05 01 02', '05 00', '05 02 01 02'])(
    'of %s is answered with FF, then closed [SOCKS-03] [SOCKS-04]',
    async (greeting) => {
      const proxy = await ProxyUnderTest.start();
      const socket = await proxy.dial();
      socket.write(hex(greeting));
      expect(await receiveAll(socket)).toEqual({ bytes: hex('05 ff'), end: 'fin' });
    },
  );

  it.each([
    ['SOCKS4', hex('04 01 00 50 7f 00 00 01 00')],
    ['HTTP', Buffer.from('GET / HTTP/1.1\r\nHost: example.org\r\n\r\n')],
    ['TLS', hex('16 03 01 02 00 01 00 01 fc 03 03')],
    ['SSH', Buffer.from('SSH-2.0-OpenSSH_9.2\r\n')],
  ])('in %s is closed without a byte, and is only counted [SOCKS-05]', async (_, bytes) => {
    const proxy = await ProxyUnderTest.start();
    const socket = await proxy.dial();
    socket.write(bytes);
    expect((await receiveAll(socket)).bytes).toHaveLength(0);
    expect(await proxy.metric('streamhost_handshakes_total{result="not-socks5"}')).toBe(1);
    expect(proxy.log.filter((line) => line.remote === '127.0.0.1')).toEqual([]);
  });
});

describe('a CONNECT', () => {
  it('for a session key is answered with the same 47 bytes but for REP [SOCKS-06] [SOCKS-08] [SOCKS-09] [S5B-P-40]', async () => {
    const proxy = await ProxyUnderTest.start();
    const socket = await proxy.dial();
    await greet(socket);
    const answer = await request(socket, connectMessage(KEY), 47);
    expect(answer).toEqual(Buffer.concat([hex('05 00 00 03 28'), Buffer.from(KEY), hex('00 00')]));
  });

  it('with a port other than 0 and upper-case digits gets both back [S5B-P-36] [S5B-P-51]', async () => {
    const proxy = await ProxyUnderTest.start();
    const socket = await proxy.dial();
    await greet(socket);
    const answer = await request(socket, connectMessage(KEY.toUpperCase(), 1080), 47);
    expect(answer).toEqual(
      Buffer.concat([hex('05 00 00 03 28'), Buffer.from(KEY.toUpperCase()), hex('04 38')]),
    );
  });

  it('pairs with one that writes the key in the other case [S5B-P-36]', async () => {
    const proxy = await ProxyUnderTest.start();
    const transfer = proxy.transfer();
    const lower = await proxy.peer(transfer);
    const upper = await proxy.dial();
    await greet(upper);
    await request(upper, connectMessage(keyOf(transfer).toUpperCase()), 47);
    await proxy.activate(transfer);
    upper.write('hello');
    expect((await receive(lower, 5)).toString()).toBe('hello');
  });

  it('may come in pieces of one byte [SOCKS-07]', async () => {
    const proxy = await ProxyUnderTest.start();
    const socket = await proxy.dial();
    socket.setNoDelay(true);
    const answer = receive(socket, 49);
    for (const byte of Buffer.concat([hex('05 01 00'), connectMessage(KEY)])) {
      await new Promise<void>((resolve) => socket.write(Buffer.of(byte), () => resolve()));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect((await answer).subarray(0, 4)).toEqual(hex('05 00 05 00'));
  });

  it('may come glued to the greeting [SOCKS-07]', async () => {
    const proxy = await ProxyUnderTest.start();
    const socket = await proxy.dial();
    const answer = await request(socket, Buffer.concat([hex('05 01 00'), connectMessage(KEY)]), 49);
    expect(answer.subarray(0, 4)).toEqual(hex('05 00 05 00'));
  });

  it.each(['example.com', '', 'a'.repeat(39), 'a'.repeat(41), 'a'.repeat(255), 'z'.repeat(40)])(
    'for %j is refused with 02 and an echo, then closed; nobody is dialled [S5B-P-52] [S5B-P-87] [SOCKS-11] [SOCKS-12] [SOCKS-16] [SOCKS-17] [SOCKS-20]',
    async (name) => {
      const proxy = await ProxyUnderTest.start();
      const message = connectMessage(name, 80);
      const socket = await greeted(proxy);
      socket.write(message);
      const { bytes, end } = await receiveAll(socket);
      expect(bytes).toEqual(Buffer.concat([hex('05 02 00'), message.subarray(3)]));
      expect(end).toBe('fin');
    },
  );

  it('with RSV other than 0 is served [SOCKS-19]', async () => {
    const proxy = await ProxyUnderTest.start();
    const message = connectMessage(KEY);
    message[2] = 1;
    expect((await request(await greeted(proxy), message, 47))[1]).toBe(0);
  });

  it('as the third of a pair is refused with 02, and the pair works [S5B-P-42] [SOCKS-11]', async () => {
    const proxy = await ProxyUnderTest.start();
    const transfer = proxy.transfer();
    const [first, second] = await proxy.pair(transfer);
    const third = await greeted(proxy);
    third.write(connectMessage(keyOf(transfer)));
    const { bytes, end } = await receiveAll(third);
    expect([bytes[1], bytes.length, end]).toEqual([2, 47, 'fin']);
    await proxy.activate(transfer);
    first.write('still here');
    expect((await receive(second, 10)).toString()).toBe('still here');
  });

  it('that finds the waiting table full is refused with 01 [SOCKS-10]', async () => {
    const proxy = await ProxyUnderTest.start({ config: { limits: { waiting: 2 } } });
    await proxy.pair(proxy.transfer());
    const socket = await greeted(proxy);
    const answer = await request(socket, connectMessage(KEY), 47);
    expect(answer.subarray(0, 2)).toEqual(hex('05 01'));
    expect(await proxy.metric('streamhost_refusals_total{reason="over-limit"}')).toBe(1);
  });
});

describe('another request', () => {
  it.each(['00', '02', '03', 'ff'])(
    'with command %s is refused with 07 and an echo, then closed [SOCKS-13] [SOCKS-16] [SOCKS-17]',
    async (command) => {
      const proxy = await ProxyUnderTest.start();
      const message = connectMessage(KEY);
      message.set(hex(command), 1);
      const socket = await greeted(proxy);
      socket.write(message);
      const { bytes, end } = await receiveAll(socket);
      expect(bytes).toEqual(Buffer.concat([hex('05 07 00'), message.subarray(3)]));
      expect(end).toBe('fin');
    },
  );

  it.each([
    ['an IPv4 address', '05 01 00 01 7f 00 00 01 00 50'],
    ['an IPv6 address', `05 01 00 04 ${'00'.repeat(16)} 00 50`],
    ['an unknown address type, as soon as that is read', '05 01 00 02'],
    ['address type FF', '05 01 00 ff'],
  ])('for %s is refused with 08; nobody is dialled [S5B-P-87] [SOCKS-14] [SOCKS-16]', async (_, message) => {
    const proxy = await ProxyUnderTest.start();
    const socket = await greeted(proxy);
    socket.write(hex(message));
    expect(await receiveAll(socket)).toEqual({ bytes: hex('05 08 00 01 00 00 00 00 00 00'), end: 'fin' });
  });

  it('that is wrong in command and address type is refused with 07 [SOCKS-15]', async () => {
    const proxy = await ProxyUnderTest.start();
    const socket = await greeted(proxy);
    socket.write(hex('05 03 00 01'));
    expect((await receiveAll(socket)).bytes.subarray(0, 2)).toEqual(hex('05 07'));
  });

  it('of another version is closed without an answer [SOCKS-18]', async () => {
    const proxy = await ProxyUnderTest.start();
    const socket = await greeted(proxy);
    socket.write(hex('04 01 00 50'));
    expect((await receiveAll(socket)).bytes).toHaveLength(0);
  });
});

describe('a peer that leaves', () => {
  it('at any byte of the handshake leaves nothing behind [SOCKS-21]', async () => {
    const proxy = await ProxyUnderTest.start();
    const whole = Buffer.concat([hex('05 01 00'), connectMessage(KEY)]);
    for (let cut = 0; cut < whole.length; cut++) {
      const socket = await proxy.dial();
      socket.end(whole.subarray(0, cut));
      await ended(socket);
    }
    expect(await proxy.metric('streamhost_handshakes_total{result="aborted"}')).toBe(whole.length);
    expect(await proxy.metric('streamhost_connections_waiting')).toBe(0);
  });

  it('says nothing is cut off after the handshake timeout [S5B-P-83]', async () => {
    const proxy = await ProxyUnderTest.start({ config: { timeouts: { handshake: '50ms' } } });
    const silent = await proxy.dial();
    const halfway = await greeted(proxy);
    expect((await receiveAll(silent)).bytes).toHaveLength(0);
    expect((await receiveAll(halfway)).bytes).toHaveLength(0);
    expect(await proxy.metric('streamhost_handshakes_total{result="timed-out"}')).toBe(2);
  });
});

describeWith(['ipv6'], 'the listeners', () => {
  it('share one waiting table, over IPv4 and IPv6 [S5B-P-50] [SOCKS-22]', async () => {
    const listen = [
      { host: '127.0.0.1', port: 0 },
      { host: '::1', port: 0 },
    ];
    const proxy = await ProxyUnderTest.start({ config: { listen } });
    const transfer = proxy.transfer();
    const four = await proxy.peer(transfer);
    const six = await proxy.peer(transfer, '::1', proxy.address(1).port);
    await proxy.activate(transfer);
    six.write('across');
    expect((await receive(four, 6)).toString()).toBe('across');
  });

  it('on :: take IPv4 as well [SOCKS-22]', async () => {
    const proxy = await ProxyUnderTest.start({ config: { listen: [{ host: '::', port: 0 }] } });
    const transfer = proxy.transfer();
    await proxy.peer(transfer, '127.0.0.1');
    await proxy.peer(transfer, '::1');
    expect(await proxy.metric('streamhost_connections_waiting')).toBe(2);
  });
});

describe('clients that others wrote get through:', () => {
  it('the npm package socks [SOCKS-01] [SOCKS-08]', async () => {
    const proxy = await ProxyUnderTest.start();
    const transfer = proxy.transfer();
    const other = await proxy.peer(transfer);
    const { socket } = await SocksClient.createConnection({
      proxy: { host: '127.0.0.1', port: proxy.port, type: 5 },
      command: 'connect',
      destination: { host: keyOf(transfer), port: 1 },
    });
    await proxy.activate(transfer);
    socket.end('hello');
    expect((await receiveAll(other)).bytes.toString()).toBe('hello');
    other.end();
    await once(socket.resume(), 'close');
  });

  it('the npm package socksv5, whose server we could not use [SOCKS-01] [SOCKS-08]', async () => {
    const proxy = await ProxyUnderTest.start();
    const transfer = proxy.transfer();
    const other = await proxy.peer(transfer);
    const client = new socksv5.Client({
      proxyPort: proxy.port,
      localDNS: false,
      auths: [socksv5.auth.None()],
    });
    client.connect({ host: keyOf(transfer), port: 1, proxyHost: '127.0.0.1' });
    const [socket] = (await once(client, 'connect')) as [Socket];
    await proxy.activate(transfer);
    socket.end('hello');
    expect((await receiveAll(other)).bytes.toString()).toBe('hello');
    other.end();
    await once(socket.resume(), 'close');
  });
});

async function greeted(proxy: ProxyUnderTest): Promise<Socket> {
  const socket = await proxy.dial();
  await greet(socket);
  return socket;
}
