// Rates as the configuration has them, where Infinity is no limit, in the rate table.

import type { Rate, RateTable } from './rate.ts';

/** What is needed of the table. */
export type Rates = Pick<RateTable, 'open' | 'set' | 'release'>;

/** A further rate. @param bytesPerSecond Infinity: unlimited, until it is set */
export function openRate(table: Rates, bytesPerSecond: number, burst?: number): Rate {
  return Number.isFinite(bytesPerSecond) ? table.open(bytesPerSecond, burst) : table.open(undefined);
}

/** Changes a rate, for who draws from it already, too. */
export function setRate(table: Rates, rate: Rate, bytesPerSecond: number, burst?: number): void {
  if (Number.isFinite(bytesPerSecond)) table.set(rate, bytesPerSecond, burst);
  else table.set(rate, undefined);
}
