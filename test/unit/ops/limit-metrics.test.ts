// The limits and what is taken of them, as Prometheus reads them.

import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { addLimitMetrics, noLimits } from '../../../src/ops/limit-metrics.ts';
import type { LimitReading } from '../../../src/rendezvous/ports.ts';

async function scrape(read: () => readonly LimitReading[]): Promise<string> {
  const registry = new Registry();
  addLimitMetrics(registry, read);
  return registry.metrics();
}

describe('the metrics of the limits', () => {
  it('tell each limit and what is taken of it', async () => {
    const text = await scrape(() => [
      { name: 'streams', limit: 4096, used: 12 },
      { name: 'streamsPerUser', limit: Number.POSITIVE_INFINITY, used: 7 },
      { name: 'connectionsPerSecond', limit: 50 },
    ]);
    expect(text).toContain('streamhost_limit{limit="streams"} 4096');
    expect(text).toContain('streamhost_limit_used{limit="streams"} 12');
    expect(text).toContain('streamhost_limit{limit="streamsPerUser"} +Inf');
    expect(text).toContain('streamhost_limit_used{limit="streamsPerUser"} 7');
    expect(text).toContain('streamhost_limit{limit="connectionsPerSecond"} 50');
    expect(text).not.toContain('streamhost_limit_used{limit="connectionsPerSecond"}');
  });

  it('are there without any limit', async () => {
    expect((await scrape(noLimits)).match(/^streamhost_limit\{.*\} \+Inf$/gm)).toHaveLength(7);
  });
});
