// What happens to a connection before the join: early bytes, FIN, RST and closing, in every relay engine.

import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { PeerGoneError } from '../../src/rendezvous/ports.ts';
import { endOf } from '../support/end-of.ts';
import { ended, receive, receiveAll } from '../support/tcp.ts';
import { engines } from './relay-engines.ts';
import { becomes, RelayFixture } from './relay-fixture.ts';

describe.each(engines)('relay engine $name holds a waiting peer', (engine) => {
  it('and delivers its early bytes first, those glued to the CONNECT before the others [S5B-P-45]', async () => {
    const fixture = await RelayFixture.open(engine);
    const first = await fixture.hold('glued ');
    const second = await fixture.hold();
    first.client.write('early ');
    await settle(fixture);
    const stream = await fixture.join(first, second);
    first.client.write('late');
    expect((await receive(second.client, 16)).toString()).toBe('glued early late');
    expect(stream.bytes().firstToSecond).toBe(16);
  });

  it('and throws its early bytes away if told so, but none that come after the join [S5B-P-45]', async () => {
    const fixture = await RelayFixture.open(engine, { earlyData: 'discard' });
    const first = await fixture.hold('glued ');
    const second = await fixture.hold();
    first.client.write('early ');
    await settle(fixture);
    await fixture.join(first, second);
    first.client.end('late');
    expect((await receiveAll(second.client)).bytes.toString()).toBe('late');
  });

  it('and reads on while it throws them away, however many they are: a FIN behind them is noticed at once [S5B-P-45]', async () => {
    const fixture = await RelayFixture.open(engine, { earlyData: 'discard' });
    const first = await fixture.hold('glued ');
    const second = await fixture.hold();
    first.client.end(randomBytes(24 * 1024 * 1024));
    await becomes(first.peer, 'finished');
    await fixture.join(first, second);
    expect(await receiveAll(second.client)).toEqual({ bytes: Buffer.alloc(0), end: 'fin' });
  });

  it('that sent a small file and FIN before the join: both are delivered after it [S5B-P-43] (clients.md 2.10)', async () => {
    const fixture = await RelayFixture.open(engine);
    const first = await fixture.hold();
    const second = await fixture.hold();
    first.client.end('abc');
    await becomes(first.peer, 'finished');
    const stream = await fixture.join(first, second);
    expect(await receiveAll(second.client)).toEqual({ bytes: Buffer.from('abc'), end: 'fin' });
    second.client.end('thanks');
    expect(await receiveAll(first.client)).toEqual({ bytes: Buffer.from('thanks'), end: 'fin' });
    expect(await endOf(stream)).toBe('finished');
  });

  it('that has closed altogether before the join: what it sent is delivered [S5B-P-43] (clients.md 2.10)', async () => {
    const fixture = await RelayFixture.open(engine);
    const first = await fixture.hold();
    const second = await fixture.hold();
    first.client.end('x');
    await becomes(first.peer, 'finished');
    first.client.destroy();
    const stream = await fixture.join(first, second);
    expect(await receiveAll(second.client)).toEqual({ bytes: Buffer.from('x'), end: 'fin' });
    second.client.end();
    await endOf(stream);
  });

  it('without taking more early bytes than a bound, and loses none of the others [S5B-P-44]', async () => {
    const fixture = await RelayFixture.open(engine);
    const first = await fixture.hold();
    const second = await fixture.hold();
    const payload = randomBytes(24 * 1024 * 1024);
    const before = process.memoryUsage().arrayBuffers;
    first.client.end(payload);
    for (let turns = 0; turns < 500; turns++) await new Promise((resolve) => setImmediate(resolve));
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1024 * 1024);
    await fixture.join(first, second);
    const received = await receiveAll(second.client);
    expect(received.bytes.equals(payload)).toBe(true);
    expect(received.end).toBe('fin');
  });

  it('and notices its reset at once; it cannot be joined any more [S5B-P-43] [S5B-P-76]', async () => {
    const fixture = await RelayFixture.open(engine);
    const first = await fixture.hold();
    const second = await fixture.hold();
    first.client.resetAndDestroy();
    await becomes(first.peer, 'gone');
    await expect(fixture.join(first, second)).rejects.toBeInstanceOf(PeerGoneError);
    expect(second.peer.condition).toBe('open');
    second.peer.close();
    expect(await ended(second.client)).toBe('fin');
  });

  it('and closes it with EOF, not with a reset, even when it had sent early bytes [S5B-P-73]', async () => {
    const fixture = await RelayFixture.open(engine);
    const held = await fixture.hold();
    held.client.write(randomBytes(2 * 1024 * 1024));
    await settle(fixture);
    held.peer.close();
    held.peer.close();
    expect(held.peer.condition).toBe('gone');
    expect(await ended(held.client)).toBe('fin');
    await once(held.client.end(), 'close');
  });

  it('and says where it came from, or where a load balancer has it from', async () => {
    const fixture = await RelayFixture.open(engine);
    expect((await fixture.hold()).peer.remote).toBe('127.0.0.1');
    expect((await fixture.hold('', '192.0.2.1')).peer.remote).toBe('192.0.2.1');
  });
});

/** Bytes written before have reached the engine once those of a later connection have. */
async function settle(fixture: RelayFixture): Promise<void> {
  const probe = await fixture.hold();
  probe.client.end();
  await becomes(probe.peer, 'finished');
  probe.peer.close();
}
