// The measures one after the other, each with contenders of its own.

import type { Contender } from './contenders/contender.ts';
import { direct } from './contenders/direct.ts';
import { haproxy, spliceLoop } from './contenders/forwarders.ts';
import { ours } from './contenders/ours.ts';
import { ejabberdProxy, prosodyProxy } from './contenders/server-proxies.ts';
import { type BulkSamples, measureBulk } from './measures/bulk.ts';
import type { Options } from './options.ts';
import { type Bench, onStage } from './stage.ts';

export interface Results {
  readonly bulk?: BulkSamples;
}

export async function runAll(bench: Bench, { only, engines }: Options): Promise<Results> {
  const proxies: readonly Contender[] = [...engines.map(ours), prosodyProxy, ejabberdProxy];
  const relays: readonly Contender[] = [...proxies, haproxy, spliceLoop];
  const results: { -readonly [K in keyof Results]: Results[K] } = {};
  if (only.has(1) || only.has(2)) {
    const counts = only.has(2) ? bench.plan.counts : [1];
    results.bulk = await onStage(bench, [direct, ...relays], (running) =>
      measureBulk(bench, running, counts),
    );
  }
  return results;
}
