// Rates as the configuration has them, where Infinity is no limit, in the rate table.

import type { Rate, RateTable } from './rate.ts';

/** What is needed of the table. */
export type Rates = Omit<RateTable, 'memory' | 'slots' | 'now' | 'size'>;

/** The rate with this limit: a new one, or the one given, changed for whoever draws from it already, too. */
export function limitRate(
  table: Rates,
  rate: Rate | undefined,
  bytesPerSecond: number,
  burst: number | undefined,
): Rate {
  const limit = Number.isFinite(bytesPerSecond) ? bytesPerSecond : undefined;
  if (rate === undefined) return table.open(limit, burst);
  table.set(rate, limit, burst);
  return rate;
}
