// What one person, one domain and one class may have, as clients and operators see it. [S5B-P-73] [S5B-P-84] [S5B-P-85]

import type { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { ConfigInput } from '../../src/config/schema.ts';
import { BEHIND_LOAD_BALANCER, connectFrom } from '../support/address.ts';
import { outcome, ProxyUnderTest, type Transfer } from '../support/proxy.ts';
import { ended } from '../support/tcp.ts';
import { until } from '../support/until.ts';

const ALICE = 'alice@example.org/home';
const CAROL = 'carol@example.org/home';
const DAVE = 'dave@example.net/home';
const REFUSED = 'resource-constraint/wait';

type Config = Partial<Omit<ConfigInput, 'xmpp'>>;

const start = (config: Config) =>
  ProxyUnderTest.start({ config: { access: { allow: ['example.org', 'example.net'] }, ...config } });

const refusals = (proxy: ProxyUnderTest, reason: string) =>
  proxy.metric(`streamhost_refusals_total{reason="${reason}"}`);

/** Asks for one more stream; resolves with the answer and the sockets. */
async function ask(proxy: ProxyUnderTest, requester: string): Promise<{ answer: string; pair: Socket[] }> {
  const transfer = proxy.transfer({ requester });
  const pair = await proxy.pair(transfer);
  return { answer: outcome(await proxy.activate(transfer)), pair };
}

async function answerTo(proxy: ProxyUnderTest, requester: string): Promise<string> {
  return (await ask(proxy, requester)).answer;
}

/** The line that the log has of the only stream that has ended. */
async function lineOf(proxy: ProxyUnderTest): Promise<Record<string, unknown> | undefined> {
  const find = () => proxy.log.find(({ msg }) => msg === 'stream finished');
  await until(async () => find() !== undefined, true);
  return find();
}

describe('streams of one person', () => {
  it('beyond the limit are refused, told, and their pair is closed [S5B-P-73] [S5B-P-85]', async () => {
    const proxy = await start({ limits: { streamsPerUser: 1 } });
    await proxy.stream();
    const { answer, pair } = await ask(proxy, ALICE);
    expect(answer).toBe(REFUSED);
    expect(await Promise.all(pair.map(ended))).toEqual(['fin', 'fin']);
    expect(await refusals(proxy, 'over-user-limit')).toBe(1);
    expect(await proxy.metric('streamhost_connections_waiting')).toBe(0);
    expect(await proxy.metric('streamhost_streams_active')).toBe(1);
  });

  it.each(['alice@example.org/phone', 'ALICE@Example.ORG/home', 'alice@example.org'])(
    'are counted for the bare JID: %s is the same person [S5B-P-85]',
    async (requester) => {
      const proxy = await start({ limits: { streamsPerUser: 1 } });
      await proxy.stream();
      expect(await answerTo(proxy, requester)).toBe(REFUSED);
    },
  );

  it('take nothing from another person [S5B-P-85]', async () => {
    const proxy = await start({ limits: { streamsPerUser: 1 } });
    await proxy.stream();
    await answerTo(proxy, ALICE);
    expect(await answerTo(proxy, CAROL)).toBe('result');
    expect(await answerTo(proxy, DAVE)).toBe('result');
  });

  it('make room when they end, in whatever way, and a refusal takes none [S5B-P-85]', async () => {
    const proxy = await start({ limits: { streamsPerUser: 1 } });
    const ways: ((socket: Socket) => void)[] = [
      (socket) => socket.resetAndDestroy(),
      (socket) => socket.end(),
    ];
    for (const end of [...ways, ...ways]) {
      const pair = await proxy.stream();
      for (let refused = 0; refused < 2; refused++) expect(await answerTo(proxy, ALICE)).toBe(REFUSED);
      for (const socket of pair) end(socket);
      await until(() => proxy.metric('streamhost_streams_active'), 0);
    }
    expect(await answerTo(proxy, ALICE)).toBe('result');
  });
});

describe('streams of one domain', () => {
  it('beyond the limit are refused, and those of another domain are not touched [S5B-P-73] [S5B-P-85]', async () => {
    const proxy = await start({ limits: { streamsPerDomain: 2 } });
    const answers = [];
    for (const requester of [ALICE, CAROL, 'eve@EXAMPLE.org', DAVE])
      answers.push(await answerTo(proxy, requester));
    expect(answers).toEqual(['result', 'result', REFUSED, 'result']);
    expect(await refusals(proxy, 'over-domain-limit')).toBe(1);
  });
});

describe('a class', () => {
  it('has limits of its own, told by its name in the line of the stream [S5B-P-85]', async () => {
    const proxy = await start({
      limits: { streamsPerUser: 1 },
      classes: [{ name: 'staff', match: { jids: ['carol@example.org'] }, limits: { streamsPerUser: 2 } }],
    });
    const answers = [];
    for (const requester of [CAROL, CAROL, CAROL, ALICE, ALICE])
      answers.push(await answerTo(proxy, requester));
    expect(answers).toEqual(['result', 'result', REFUSED, 'result', REFUSED]);
  });

  it('can be that of a network from which either connection comes [S5B-P-85]', async () => {
    const proxy = await start({
      listen: BEHIND_LOAD_BALANCER,
      classes: [{ name: 'office', match: { networks: ['192.0.2.0/24'] } }],
    });
    const transfer: Transfer = proxy.transfer();
    await connectFrom(proxy, '2001:db8::1', transfer);
    const inside = await connectFrom(proxy, '192.0.2.77', transfer);
    await proxy.activate(transfer);
    inside.socket.resetAndDestroy();
    expect(await lineOf(proxy)).toMatchObject({
      class: 'office',
      first: '2001:db8::1',
      second: '192.0.2.77',
    });
  });
});

describe('the metrics of the limits', () => {
  it('tell what is in force and what is taken, by whoever has most', async () => {
    const proxy = await start({ limits: { streamsPerUser: 3, streamsPerDomain: 'none', waiting: 100 } });
    await proxy.peer(proxy.transfer());
    for (const requester of [ALICE, ALICE, CAROL, DAVE]) await answerTo(proxy, requester);
    const read = async (metric: string, names: string[]) => {
      return Promise.all(names.map((name) => proxy.metric(`streamhost_${metric}{limit="${name}"}`)));
    };
    const names = [
      'handshakes',
      'waiting',
      'waitingPerAddress',
      'streams',
      'streamsPerUser',
      'streamsPerDomain',
    ];
    expect(await read('limit_used', names)).toEqual([0, 1, 1, 4, 2, 3]);
    expect(await read('limit', ['waiting', 'streamsPerUser', 'connectionsPerSecond'])).toEqual([100, 3, 200]);
    const { text } = await proxy.get('/metrics');
    expect(text).toContain('streamhost_limit{limit="streamsPerDomain"} +Inf');
  });
});
