// Quotas as clients and operators see them, with the whole daemon and its store. [S5B-P-73] [S5B-P-85]

import type { Socket } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ConfigInput } from '../../src/config/schema.ts';
import type { Element } from '../../src/wire/xml.ts';
import { temporaryFolder, writeIn } from '../support/config-file.ts';
import { ALICE, BOB, configFor, outcome, ProxyUnderTest } from '../support/proxy.ts';
import { describeWith } from '../support/requirements.ts';
import { SmallDisc } from '../support/small-disc.ts';
import { ended, receiveAll } from '../support/tcp.ts';
import { until } from '../support/until.ts';

const MIB = 1024 ** 2;
const TELLS_THE_END = /^Your quota of 1 MiB a month is used up until \d{4}-\d\d-01 00:00 UTC\.$/;

type Quotas = NonNullable<ConfigInput['quotas']>;

/** Everyone may move one MiB a month, unless the quotas say otherwise. (A day may end while a test runs.) */
function start(
  quotas: Quotas = {},
  config: Partial<Omit<ConfigInput, 'xmpp'>> = {},
): Promise<ProxyUnderTest> {
  const store = join(temporaryFolder(), 'quotas');
  return ProxyUnderTest.start({
    config: { ...config, quotas: { user: { month: '1MiB' }, store, ...quotas } },
  });
}

/** A stream of Alice's that has moved so many bytes. */
async function streamThatMoved(proxy: ProxyUnderTest, bytes: number): Promise<[Socket, Socket]> {
  const pair = await proxy.stream();
  const [from, to] = pair;
  const before = await relayed(proxy);
  to.resume();
  from.write(Buffer.alloc(bytes));
  await until(async () => (await relayed(proxy)) - before >= bytes, true);
  return pair;
}

const relayed = (proxy: ProxyUnderTest) =>
  proxy.metric('streamhost_relayed_bytes_total{direction="first_to_second"}');

/** Ends the streams and waits until they are counted. */
async function end(proxy: ProxyUnderTest, pair: readonly Socket[]): Promise<void> {
  for (const socket of pair) socket.end();
  await until(() => proxy.metric('streamhost_streams_active'), 0);
}

function textOf(reply: Element): string | undefined {
  return reply.getChild('error')?.getChildText('text') ?? undefined;
}

describe.each(['auto', 'stream'] as const)('at the quota, with relay.engine %s', (engine) => {
  it('a running stream is reset on both sides, with the reason in log and metric [S5B-P-85]', async () => {
    const proxy = await start({}, { relay: { engine } });
    const [from, to] = await proxy.stream();
    const received = receiveAll(to);
    const ends = Promise.all([ended(from), received]);
    from.write(Buffer.alloc(8 * MIB)); // far more, and faster than anybody looks
    expect(await ends).toMatchObject(['reset', { end: 'reset' }]);
    expect((await received).bytes.length).toBeLessThanOrEqual(MIB);
    expect(await proxy.metric('streamhost_streams_total{reason="quota"}')).toBe(1);
    const line = proxy.log.find(({ msg }) => msg === 'stream finished');
    expect(line).toMatchObject({ reason: 'quota', requester: ALICE, bytesFirstToSecond: MIB });
    expect(await proxy.metric('streamhost_quota_used_ratio_max')).toBe(1);
  });

  it('or goes on slowly, if that is what is configured [S5B-P-85]', async () => {
    const proxy = await start({ atQuota: 'slow', slowRate: '64KiB' }, { relay: { engine } });
    const [from] = await streamThatMoved(proxy, MIB);
    await until(() => proxy.metric('streamhost_quota_used_ratio_max'), 1);
    const writes = await proxy.metric('streamhost_quota_writes_total');
    from.write(Buffer.alloc(32 * MIB));
    await until(async () => (await proxy.metric('streamhost_quota_writes_total')) >= writes + 2, true);
    const moved = await relayed(proxy);
    expect(moved).toBeGreaterThan(MIB);
    expect(moved).toBeLessThan(8 * MIB);
    expect(await proxy.metric('streamhost_streams_active')).toBe(1);
  });
});

describe('who is at a quota', () => {
  it('gets resource-constraint and a text that says when it ends, and the pair is closed [S5B-P-73]', async () => {
    const proxy = await start();
    await end(proxy, await streamThatMoved(proxy, MIB));
    const transfer = proxy.transfer({ requester: 'ALICE@example.org/another' });
    const pair = await proxy.pair(transfer);
    const ends = Promise.all(pair.map(ended));
    const reply = await proxy.activate(transfer);
    expect(outcome(reply)).toBe('resource-constraint/wait');
    expect(textOf(reply)).toMatch(TELLS_THE_END);
    expect(await ends).toEqual(['fin', 'fin']);
    expect(await proxy.metric('streamhost_refusals_total{reason="quota"}')).toBe(1);
  });

  it('is told so at the address query, where another way can still be chosen [S5B-P-73]', async () => {
    const proxy = await start();
    expect(outcome(await proxy.query())).toBe('result');
    await end(proxy, await streamThatMoved(proxy, MIB));
    const reply = await proxy.query();
    expect(outcome(reply)).toBe('resource-constraint/wait');
    expect(textOf(reply)).toMatch(TELLS_THE_END);
    expect(await proxy.metric('streamhost_address_queries_total{result="quota"}')).toBe(1);
  });

  it('leaves the others of the domain theirs, unless it is the domain that is at its quota [S5B-P-85]', async () => {
    const proxy = await start({ domain: { month: '2MiB' } });
    await end(proxy, await streamThatMoved(proxy, MIB));
    expect(outcome(await proxy.query('carol@example.org'))).toBe('result');
    const transfer = proxy.transfer({ requester: 'carol@example.org/x' });
    const [from, to] = await proxy.stream(transfer);
    const ends = Promise.all([ended(from), ended(to)]);
    from.write(Buffer.alloc(MIB));
    await ends;
    const reply = await proxy.query('dave@example.org');
    expect(textOf(reply)).toMatch(/^The quota of your domain of 2 MiB a month is used up until/);
  });

  it('in a class with more has more [S5B-P-85]', async () => {
    const classes = [{ name: 'much', match: { jids: [ALICE] }, quotas: { user: { month: '1GB' } } }];
    const proxy = await start({}, { classes });
    await end(proxy, await streamThatMoved(proxy, 2 * MIB));
    expect(outcome(await proxy.query())).toBe('result');
  });

  it('as a target only has used nothing: the requester pays', async () => {
    const proxy = await start({}, { access: { allow: ['*'] } });
    await end(proxy, await streamThatMoved(proxy, MIB));
    expect(outcome(await proxy.query(BOB))).toBe('result');
  });
});

describe('what was used', () => {
  it('is remembered after a restart, with what the last stream moved [S5B-P-85]', async () => {
    const store = join(temporaryFolder(), 'quotas');
    const before = await start({ store });
    await streamThatMoved(before, MIB - 1);
    await before.daemon.stop({ graceMs: 0 });
    const after = await start({ store });
    expect(outcome(await after.query())).toBe('result');
    await end(after, await streamThatMoved(after, 1));
    expect(outcome(await after.query())).toBe('resource-constraint/wait');
  });

  it('is shared by a daemon that drains and the one that follows it [S5B-P-85] [S5B-P-88]', async () => {
    const store = join(temporaryFolder(), 'quotas');
    const old = await start({ store });
    const pair = await streamThatMoved(old, MIB / 2);
    const stopped = old.daemon.stop({ graceMs: 60_000 });
    const next = await start({ store });
    await end(next, await streamThatMoved(next, MIB / 4));
    expect(outcome(await next.query())).toBe('result');
    const [from, to] = pair;
    from.end(Buffer.alloc(MIB / 4));
    to.end();
    expect(await stopped).toEqual({ unfinished: 0 });
    expect(outcome(await next.query())).toBe('resource-constraint/wait');
  });

  it('is counted by a daemon that gets its quotas by a reload [S5B-P-85]', async () => {
    const proxy = await ProxyUnderTest.start();
    const pair = await proxy.stream();
    const store = join(temporaryFolder(), 'quotas');
    const config = configFor(proxy.server.service, { quotas: { user: { month: '1MiB' }, store } });
    expect(await proxy.daemon.reload({ ok: true, config, warnings: [] })).toBe(true);
    const ends = Promise.all(pair.map(ended));
    pair[0].write(Buffer.alloc(MIB));
    expect(await ends).toEqual(['reset', 'reset']);
    expect(outcome(await proxy.query())).toBe('resource-constraint/wait');
  });
});

describe('a store that cannot be opened', () => {
  it('ends the start with a line that says why', async () => {
    const folder = temporaryFolder();
    writeIn(folder, 'data.mdb', 'not a store '.repeat(1000));
    await expect(start({ store: folder })).rejects.toThrow(
      `cannot open the store ${folder} (quotas.store): ${folder}/data.mdb is damaged, or is no store of ours`,
    );
  });

  it('makes a reload be rejected whole', async () => {
    const proxy = await start();
    const folder = temporaryFolder();
    writeIn(folder, 'data.mdb', 'not a store '.repeat(1000));
    const config = configFor(proxy.server.service, { quotas: { user: { month: '1GB' }, store: folder } });
    expect(await proxy.daemon.reload({ ok: true, config, warnings: [] })).toBe(false);
    await end(proxy, await streamThatMoved(proxy, MIB));
    expect(outcome(await proxy.query())).toBe('resource-constraint/wait');
  });
});

describeWith(['tmpfs'], 'a disc that is full under the store', () => {
  it('is told once, streams and counting go on, and all is written when there is room [S5B-P-85]', async () => {
    const disc = new SmallDisc('1m');
    const proxy = await start({ user: { month: '2MiB' }, store: join(disc.folder, 'quotas') });
    const told = (msg: string) => proxy.log.filter((line) => line.msg === msg);
    disc.fill();
    const pair = await streamThatMoved(proxy, MIB);
    await until(async () => (await proxy.metric('streamhost_quota_store_failures_total')) >= 2, true);
    expect(told('the quota store fails; counting goes on in memory')).toEqual([
      expect.objectContaining({ level: 'error', operation: 'write' }),
    ]);
    expect(await proxy.metric('streamhost_streams_active')).toBe(1);
    expect(await proxy.metric('streamhost_quota_unwritten_bytes')).toBe(MIB);
    expect(outcome(await proxy.query())).toBe('result');
    disc.free();
    await until(() => proxy.metric('streamhost_quota_unwritten_bytes'), 0);
    expect(told('the quota store works again')).toHaveLength(1);
    const ends = Promise.all(pair.map(ended));
    pair[0].write(Buffer.alloc(MIB));
    expect(await ends).toEqual(['reset', 'reset']);
  });
});
