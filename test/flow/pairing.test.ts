// Two peers and an activation, black box. [requirements A.4, A.5]

import { describe, expect, it } from 'vitest';
import { StreamRelay } from '../../src/relay/stream-relay.ts';
import { ALICE, BOB, DOMAIN, outcome, ProxyUnderTest } from '../support/proxy.ts';
import { ended, receive, receiveAll } from '../support/tcp.ts';
import { until } from '../support/until.ts';

describe('an activation', () => {
  it('joins the two, and its answer is an empty result [S5B-P-60] [S5B-P-75] (clients.md 2.13)', async () => {
    const proxy = await ProxyUnderTest.start();
    const transfer = proxy.transfer();
    const [first, second] = await proxy.pair(transfer);
    const reply = await proxy.activate(transfer);
    expect(reply.attrs).toMatchObject({ type: 'result', from: DOMAIN, to: ALICE });
    expect(reply.children).toEqual([]);
    first.write('ping');
    expect((await receive(second, 4)).toString()).toBe('ping');
    second.write('pong');
    expect((await receive(first, 4)).toString()).toBe('pong');
  });

  it('is the same whoever of the two connected first [S5B-P-41] (clients.md 2.9)', async () => {
    const proxy = await ProxyUnderTest.start();
    for (const order of ['target first', 'requester first']) {
      const [one, two] = await proxy.stream();
      one.end(order);
      expect((await receiveAll(two)).bytes.toString()).toBe(order);
    }
  });

  it('joins before it is answered: a byte sent with the answer is never lost [S5B-P-46]', async () => {
    const proxy = await ProxyUnderTest.start({ config: { relay: { earlyData: 'discard' } } });
    for (let round = 0; round < 200; round++) {
      const transfer = proxy.transfer();
      const [first, second] = await proxy.pair(transfer);
      await proxy.activate(transfer);
      first.end('x');
      expect((await receive(second, 1)).toString()).toBe('x');
      second.destroy();
    }
  });

  it('with one peer there is refused, and succeeds when the other has come [S5B-P-61]', async () => {
    const proxy = await ProxyUnderTest.start();
    const transfer = proxy.transfer();
    const first = await proxy.peer(transfer);
    expect(outcome(await proxy.activate(transfer))).toBe('not-allowed/cancel');
    const second = await proxy.peer(transfer);
    expect(outcome(await proxy.activate(transfer))).toBe('result');
    first.write('x');
    await receive(second, 1);
  });

  it('by the target, by a stranger or from another resource finds nothing and harms nothing [S5B-P-62] [S5B-P-63] [S5B-P-64]', async () => {
    const proxy = await ProxyUnderTest.start({ config: { access: { allow: ['*'] } } });
    const transfer = proxy.transfer();
    await proxy.pair(transfer);
    const attempts = [
      { ...transfer, requester: BOB, target: ALICE },
      { ...transfer, requester: 'mallory@example.org/x' },
      { ...transfer, requester: 'alice@example.org/other' },
      { ...transfer, requester: 'alice@example.org' },
      { ...transfer, target: 'carol@example.net/work' },
      { ...transfer, sid: 'unknown' },
    ];
    for (const attempt of attempts) {
      expect(outcome(await proxy.activate(attempt))).toBe('item-not-found/cancel');
    }
    expect(outcome(await proxy.activate(transfer))).toBe('result');
  });

  it('works for a key made of bare or domain-only JIDs [S5B-P-33] [S5B-P-64]', async () => {
    const proxy = await ProxyUnderTest.start({ config: { access: { allow: ['*'] } } });
    for (const requester of ['alice@example.org', 'bot.example.com']) {
      const transfer = proxy.transfer({ requester });
      await proxy.pair(transfer);
      expect(outcome(await proxy.activate(transfer))).toBe('result');
    }
  });

  it("hashes the sender as the server stamped it and a room's JID as the target [S5B-P-31] [S5B-P-37]", async () => {
    const proxy = await ProxyUnderTest.start({ config: { access: { allow: ['*'] } } });
    const transfer = {
      sid: 'yia72g3v49j7',
      requester: 'requester@example.com/foo',
      target: 'room@conference.example.net/Tget',
    };
    await proxy.pair(transfer);
    expect(outcome(await proxy.activate(transfer))).toBe('result');
  });

  it('finds a pair that hashed the normalised JIDs though it is written in mixed case [S5B-P-32] [S5B-P-35]', async () => {
    const proxy = await ProxyUnderTest.start();
    await proxy.pair({ sid: 's', requester: ALICE, target: 'bob@example.net/Work' });
    const written = { sid: 's', requester: ALICE, target: 'BOB@Example.NET/Work' };
    expect(outcome(await proxy.activate({ ...written, target: 'BOB@Example.NET/work' }))).toBe(
      'item-not-found/cancel',
    );
    expect(outcome(await proxy.activate(written))).toBe('result');
  });

  it('finds a pair that hashed what was written, normalised or not [S5B-P-35] (clients.md 2.14)', async () => {
    const proxy = await ProxyUnderTest.start();
    const written = { sid: 's', requester: ALICE, target: 'BOB@Example.NET/Work' };
    await proxy.pair(written);
    expect(outcome(await proxy.activate(written))).toBe('result');
  });

  it('tolerates white space around the target [S5B-P-38]', async () => {
    const proxy = await ProxyUnderTest.start();
    const transfer = proxy.transfer();
    await proxy.pair(transfer);
    expect(outcome(await proxy.activate({ ...transfer, target: `\n  ${BOB}\n  ` }))).toBe('result');
  });

  it.each(['with  spaces ', 'x'.repeat(4096), 'é中'])(
    'takes a sid such as %j as it is [S5B-P-34]',
    async (sid) => {
      const proxy = await ProxyUnderTest.start();
      const transfer = proxy.transfer({ sid });
      await proxy.pair(transfer);
      expect(outcome(await proxy.activate({ ...transfer, sid: `${sid.trimEnd()}.` }))).toBe(
        'item-not-found/cancel',
      );
      expect(outcome(await proxy.activate(transfer))).toBe('result');
    },
  );

  it('of a running stream is a conflict, and the stream goes on [S5B-P-72]', async () => {
    const proxy = await ProxyUnderTest.start();
    const transfer = proxy.transfer();
    const [first, second] = await proxy.stream(transfer);
    expect(outcome(await proxy.activate(transfer))).toBe('conflict/cancel');
    first.write('x');
    expect((await receive(second, 1)).toString()).toBe('x');
  });

  it('over the limit of streams is refused with resource-constraint, and both peers see EOF [S5B-P-73] [S5B-P-85]', async () => {
    const proxy = await ProxyUnderTest.start({ config: { limits: { streams: 1 } } });
    await proxy.stream();
    const transfer = proxy.transfer();
    const pair = await proxy.pair(transfer);
    expect(outcome(await proxy.activate(transfer))).toBe('resource-constraint/wait');
    expect(await Promise.all(pair.map(ended))).toEqual(['fin', 'fin']);
  });

  it('by someone who is not allowed is forbidden, and both peers see EOF [S5B-P-71]', async () => {
    const proxy = await ProxyUnderTest.start({ config: { access: { deny: ['alice@example.org'] } } });
    const transfer = proxy.transfer();
    const pair = await proxy.pair(transfer);
    expect(outcome(await proxy.activate(transfer))).toBe('forbidden/auth');
    expect(await Promise.all(pair.map(ended))).toEqual(['fin', 'fin']);
  });

  it('of a pair of which one was reset is refused; a new one may take its place [S5B-P-43] [S5B-P-76]', async () => {
    const proxy = await ProxyUnderTest.start();
    const transfer = proxy.transfer();
    const [first, second] = await proxy.pair(transfer);
    first.resetAndDestroy();
    await until(() => proxy.metric('streamhost_connections_waiting'), 1);
    expect(outcome(await proxy.activate(transfer))).toBe('not-allowed/cancel');
    const third = await proxy.peer(transfer);
    expect(outcome(await proxy.activate(transfer))).toBe('result');
    third.write('x');
    expect((await receive(second, 1)).toString()).toBe('x');
  });

  it('that the engine fails on is an internal-server-error, both peers see EOF, and the daemon goes on [S5B-P-65]', async () => {
    class Broken extends StreamRelay {
      broken = true;
      override async join(...peers: Parameters<StreamRelay['join']>) {
        if (!this.broken) return super.join(...peers);
        this.broken = false;
        throw new Error('no more of this');
      }
    }
    const proxy = await ProxyUnderTest.start({
      createEngine: (clock) => new Broken(clock, { earlyData: 'hold', halfCloseMs: 1000 }),
    });
    const transfer = proxy.transfer();
    const pair = await proxy.pair(transfer);
    expect(outcome(await proxy.activate(transfer))).toBe('internal-server-error/cancel');
    expect(await Promise.all(pair.map(ended))).toEqual(['fin', 'fin']);
    const [first, second] = await proxy.stream();
    first.write('x');
    expect((await receive(second, 1)).toString()).toBe('x');
  });
});
