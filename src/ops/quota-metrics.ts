// Metrics of the quotas: how near somebody is, and whether the store takes what is counted. No label names anybody.

import type { QuotaReadings } from '../rendezvous/ports.ts';
import { Counter, Gauge, type Registry } from './prometheus.ts';

const PREFIX = 'streamhost_';

/** @param read called on each scrape */
export function addQuotaMetrics(registry: Registry, read: () => QuotaReadings): void {
  const gauge = (name: string, help: string, value: (state: QuotaReadings) => number) =>
    new Gauge({
      name: `${PREFIX}${name}`,
      help,
      registers: [registry],
      collect() {
        this.set(value(read()));
      },
    });
  const counter = (name: string, help: string, value: (state: QuotaReadings) => number) =>
    new Counter({
      name: `${PREFIX}${name}`,
      help,
      registers: [registry],
      collect() {
        this.reset();
        this.inc(value(read()));
      },
    });
  gauge(
    'quota_used_ratio_max',
    'The highest share of any quota that is used, from 0 to 1, among those who were active lately.',
    ({ highestShare }) => Math.min(1, highestShare),
  );
  gauge(
    'quota_unwritten_bytes',
    'Bytes that are counted and not in the store yet: a kill would lose them.',
    ({ unwrittenBytes }) => unwrittenBytes,
  );
  counter('quota_writes_total', 'Batches that the quota store has taken.', ({ writes }) => writes);
  counter(
    'quota_store_failures_total',
    'Reads and writes of the quota store that failed or took too long.',
    ({ failures }) => failures,
  );
  counter(
    'quota_uncounted_bytes_total',
    'Bytes that no quota counts, because the store failed until the memory for them was full.',
    ({ uncountedBytes }) => uncountedBytes,
  );
}
