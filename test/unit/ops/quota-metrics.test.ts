// The quotas' state becomes metrics, read on each scrape.

import { expect, test } from 'vitest';
import { Metrics } from '../../../src/ops/metrics.ts';
import type { QuotaReadings } from '../../../src/rendezvous/ports.ts';

const readings = {
  connectionsWaiting: () => 0,
  streamsActive: () => 0,
  relayed: () => ({ firstToSecond: 0, secondToFirst: 0 }),
};

/** The lines of the quotas. */
async function scrape(metrics: Metrics): Promise<string[]> {
  const { text } = await metrics.expose();
  return text.split('\n').filter((line) => line.startsWith('streamhost_quota_'));
}

test('the quotas have metrics that move with their state [S5B-P-85]', async () => {
  let state: QuotaReadings = {
    highestShare: 0.25,
    unwrittenBytes: 10,
    uncountedBytes: 2,
    writes: 3,
    failures: 1,
  };
  const metrics = new Metrics({ version: '1', engine: 'stream', readings, quotas: () => state });
  expect(await scrape(metrics)).toEqual([
    'streamhost_quota_used_ratio_max 0.25',
    'streamhost_quota_unwritten_bytes 10',
    'streamhost_quota_writes_total 3',
    'streamhost_quota_store_failures_total 1',
    'streamhost_quota_uncounted_bytes_total 2',
  ]);
  state = { ...state, highestShare: 1.07, writes: 4 };
  expect(await scrape(metrics)).toContain('streamhost_quota_used_ratio_max 1');
  expect(await scrape(metrics)).toContain('streamhost_quota_writes_total 4');
});

test('without quotas their metrics are there, and 0', async () => {
  const lines = await scrape(new Metrics({ version: '1', engine: 'stream', readings }));
  expect(lines.map((line) => Number(line.split(' ')[1]))).toEqual([0, 0, 0, 0, 0]);
});
