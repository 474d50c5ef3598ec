// Metrics of the limits: what is in force, and what is taken of it, so that an alert can tell before somebody is refused.

import type { LimitName, LimitReading } from '../rendezvous/ports.ts';
import { Gauge, type Registry } from './prometheus.ts';

const PREFIX = 'streamhost_';

const names: Readonly<Record<LimitName, true>> = {
  handshakes: true,
  waiting: true,
  waitingPerAddress: true,
  connectionsPerSecond: true,
  streams: true,
  streamsPerUser: true,
  streamsPerDomain: true,
};

/** What is read where nothing is limited. */
export function noLimits(): LimitReading[] {
  return Object.keys(names).map((name) => ({
    name: name as LimitName,
    limit: Number.POSITIVE_INFINITY,
    used: 0,
  }));
}

/** @param read called on each scrape */
export function addLimitMetrics(registry: Registry, read: () => readonly LimitReading[]): void {
  new Gauge({
    name: `${PREFIX}limit`,
    help: 'The limits in force, by their keys in the configuration; +Inf where there is none. Classes may have others.',
    labelNames: ['limit'],
    registers: [registry],
    collect() {
      for (const { name, limit } of read()) this.set({ limit: name }, limit);
    },
  });
  new Gauge({
    name: `${PREFIX}limit_used`,
    help: 'What is taken of each limit now; of those for each address, user or domain by whoever has most.',
    labelNames: ['limit'],
    registers: [registry],
    collect() {
      for (const { name, used } of read()) if (used !== undefined) this.set({ limit: name }, used);
    },
  });
}
