// The daemon under everything at once for minutes: when all is over, it holds what it held before. [S5B-P-85]

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ConfigInput } from '../../src/config/schema.ts';
import { record } from '../support/figures.ts';
import { Daemon } from '../support/interop/daemon.ts';
import { ComponentPort } from './component-port.ts';
import { Crowd } from './crowd.ts';
import { describeUsage, type Usage, usageOf } from './usage.ts';

const MINUTES = Number(process.env.SOAK_MINUTES ?? 3);
const WARM_UP_MS = 20_000;
/** How long the last ones may take to leave; the daemon's own deadlines below are shorter. */
const SETTLE_MS = 60_000;
const RELOAD_EVERY_MS = 5_000;
const CUT_EVERY_MS = 7_000;
/** A move in each direction of each stream may keep a pipe, and 32 large ones stay in the pool; two ends each. */
const MOST_PIPE_ENDS = 2 * (2 * Crowd.SIZE + 32);
/** Garbage that a heap may hold without leaking, in bytes. */
const HEAP_SLACK = 32 * 1024 * 1024;

/** One after the other, for those who come and for the streams that run. */
const RATES: readonly NonNullable<ConfigInput['rates']>[] = [
  { stream: '8MB' },
  {},
  { user: '20MB', total: '60MB', burst: '1MB' },
  { stream: '30MB', total: '60MB' },
];

let folder: string;
let server: ComponentPort;
let daemon: Daemon;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'streamhost-soak-'));
  server = await ComponentPort.open();
  const proxy = { domain: 'proxy.example.org', secret: 'soak' };
  daemon = await Daemon.join(
    { proxy, componentPort: server.port, folder },
    {
      config: {
        log: { level: 'warn' },
        timeouts: { handshake: '2s', pending: '10s' },
        limits: { connectionsPerSecond: 'none', waitingPerAddress: 'none', streamsPerDomain: 'none' },
        quotas: { store: join(folder, 'quotas'), user: { day: '100TB' } },
        selfCheck: { enabled: false },
      },
    },
  );
});

afterAll(async () => {
  expect(await daemon.stop()).toBe(0);
  await server.close();
  await rm(folder, { recursive: true });
});

it(`holds after ${MINUTES} min what it held before: descriptors, pipes, heap, table [S5B-P-85]`, async () => {
  const crowd = new Crowd({ server, port: daemon.streamhost.port, domain: 'proxy.example.org' });
  await crowd.act(WARM_UP_MS);
  const before = await settled();

  let reloads = 0;
  const reload = () => {
    const rates = RATES[reloads++ % RATES.length] ?? {};
    void daemon.reload({ limits: { streams: 2000 + crowd.done }, rates });
  };
  const disturbances = [setInterval(reload, RELOAD_EVERY_MS), setInterval(() => server.cut(), CUT_EVERY_MS)];
  await crowd.act(MINUTES * 60_000);
  for (const timer of disturbances) clearInterval(timer);
  const after = await settled();

  record(`soak of ${MINUTES} min`, crowd.tell());
  record('soak, before', describeUsage(before));
  record('soak, after', describeUsage(after));
  expect(crowd.failures).toEqual([]);
  expect(daemon.child.ended).toBeUndefined();
  expect(after.descriptors - after.pipes).toBe(before.descriptors - before.pipes);
  expect(after.pipes).toBeLessThanOrEqual(MOST_PIPE_ENDS);
  expect(after.heap).toBeLessThan(before.heap + HEAP_SLACK);
});

/** What it holds when nobody waits, nothing runs and the link is up; the least of several looks, for scrapes hold something, too. */
async function settled(): Promise<Usage> {
  await daemon.untilJoined();
  const deadline = Date.now() + SETTLE_MS;
  const quiet: Usage[] = [];
  while (quiet.length < 5) {
    const usage = await daemon.usage(usageOf);
    if (usage.waiting + usage.streams === 0) quiet.push(usage);
    if (Date.now() > deadline) throw new Error(`does not settle: ${describeUsage(usage)}`);
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
  return quiet.reduce((least, usage) => ({
    ...usage,
    descriptors: Math.min(least.descriptors, usage.descriptors),
    heap: Math.min(least.heap, usage.heap),
  }));
}
