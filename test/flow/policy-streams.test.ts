// What a stream has from its admission to its end: rates, deadlines, and a place that is given back. [S5B-P-84] [S5B-P-85]

import { describe, expect, it } from 'vitest';
import { StreamRelay } from '../../src/relay/stream-relay.ts';
import type { Peer, Rate } from '../../src/rendezvous/ports.ts';
import { outcome, ProxyUnderTest } from '../support/proxy.ts';
import { ended, receive } from '../support/tcp.ts';
import { until } from '../support/until.ts';

const ALICE = 'alice@example.org/home';
const CAROL = 'carol@example.org/home';

/** The line that the log has of the only stream that has ended. */
async function lineOf(proxy: ProxyUnderTest): Promise<Record<string, unknown> | undefined> {
  const find = () => proxy.log.find(({ msg }) => msg === 'stream finished');
  await until(async () => find() !== undefined, true);
  return find();
}

describe('a stream that cannot be joined', () => {
  it('takes no place of its person [S5B-P-65] [S5B-P-85]', async () => {
    class Broken extends StreamRelay {
      left = 3;
      override async join(...peers: Parameters<StreamRelay['join']>) {
        if (this.left-- > 0) throw new Error('no more of this');
        return super.join(...peers);
      }
    }
    const proxy = await ProxyUnderTest.start({
      config: { limits: { streamsPerUser: 1 } },
      createEngine: (clock) => new Broken(clock, { earlyData: 'hold', halfCloseMs: 1000 }),
    });
    const answers = [];
    for (let attempt = 0; attempt < 5; attempt++) {
      const transfer = proxy.transfer({ requester: ALICE });
      await proxy.pair(transfer);
      answers.push(outcome(await proxy.activate(transfer)));
    }
    const failed = 'internal-server-error/cancel';
    expect(answers).toEqual([failed, failed, failed, 'result', 'resource-constraint/wait']);
  });
});

describe('the rates of a stream', () => {
  it('reach the engine: its own, that of its person and that of all [S5B-P-85]', async () => {
    const joined: (readonly Rate[])[] = [];
    class Watched extends StreamRelay {
      override join(first: Peer, second: Peer, rates: readonly Rate[] = []) {
        joined.push(rates);
        return super.join(first, second, rates);
      }
    }
    const proxy = await ProxyUnderTest.start({
      config: { rates: { stream: '1MB', user: '2MB', total: '3MB' } },
      createEngine: (clock, rates) => new Watched(clock, { earlyData: 'hold', halfCloseMs: 1000, rates }),
    });
    for (const requester of [ALICE, 'alice@example.org/phone', CAROL]) {
      const [first, second] = await proxy.stream(proxy.transfer({ requester }));
      first.write('x');
      expect((await receive(second, 1)).toString()).toBe('x');
    }
    const [one, two, three] = joined.map((rates) => rates.map(({ index }) => index));
    expect([one?.length, two?.length, three?.length]).toEqual([3, 3, 3]);
    expect([one?.[1] === two?.[1], one?.[1] === three?.[1]]).toEqual([true, false]);
    expect([one?.[2] === two?.[2], one?.[2] === three?.[2]]).toEqual([true, true]);
  });
});

describe('a running stream', () => {
  it('ends when no byte moves for too long, with that reason [S5B-P-84]', async () => {
    const proxy = await ProxyUnderTest.start({ config: { timeouts: { idle: '10ms' } } });
    await Promise.all((await proxy.stream()).map(ended));
    expect(await lineOf(proxy)).toMatchObject({ class: 'default', reason: 'idle-timeout' });
  });

  it('ends when it has lasted as long as its class may, with that reason [S5B-P-85]', async () => {
    const classes = [{ name: 'guests', match: { jids: ['example.org'] }, timeouts: { stream: '10ms' } }];
    const proxy = await ProxyUnderTest.start({ config: { classes } });
    await Promise.all((await proxy.stream()).map(ended));
    expect(await lineOf(proxy)).toMatchObject({ class: 'guests', reason: 'duration-limit' });
  });
});
