// The measures one after the other, each with contenders of its own.

import type { Contender } from './contenders/contender.ts';
import { direct } from './contenders/direct.ts';
import { haproxy, spliceLoop, tunedHaproxy } from './contenders/forwarders.ts';
import { ours } from './contenders/ours.ts';
import { ejabberdProxy, prosodyProxy } from './contenders/server-proxies.ts';
import type { PingResult } from './load.ts';
import { type BulkSample, measureBulk } from './measures/bulk.ts';
import { measureOpenStreams, type OpenStreams } from './measures/open-streams.ts';
import { measureRoundTrips } from './measures/round-trips.ts';
import { measureSetUps, type SetUpSample } from './measures/set-ups.ts';
import { measureShaping, type ShapingSample } from './measures/shaping.ts';
import { measureStall, type StallSample } from './measures/stall.ts';
import { measureStart } from './measures/start.ts';
import type { Options } from './options.ts';
import type { Samples } from './rounds.ts';
import { type Bench, onStage } from './stage.ts';

/** What was measured; the rest is undefined. */
export interface Results {
  /** By streams at once. */
  readonly bulk: ReadonlyMap<number, Samples<BulkSample>> | undefined;
  /** By bulk streams beside them. */
  readonly roundTrips: ReadonlyMap<number, Samples<PingResult>> | undefined;
  readonly setUps: Samples<SetUpSample> | undefined;
  readonly open: ReadonlyMap<string, OpenStreams> | undefined;
  readonly stall: Samples<StallSample> | undefined;
  readonly start: Samples<number> | undefined;
  readonly shaping: readonly ShapingSample[] | undefined;
}

export async function runAll(bench: Bench, { only, engines }: Options): Promise<Results> {
  const proxies: readonly Contender[] = [
    ...engines.map((engine) => ours(engine)),
    prosodyProxy,
    ejabberdProxy,
  ];
  const everyone: readonly Contender[] = [direct, ...proxies, haproxy, spliceLoop];
  const counts = only.has(2) ? bench.plan.counts : [1];
  const when = async <T>(wanted: boolean, measure: () => Promise<T>) => (wanted ? measure() : undefined);
  return {
    bulk: await when(only.has(1) || only.has(2), () =>
      onStage(bench, [...everyone, tunedHaproxy], (running) => measureBulk(bench, running, counts)),
    ),
    roundTrips: await when(only.has(3), () =>
      onStage(bench, everyone, (running) => measureRoundTrips(bench, running)),
    ),
    setUps: await when(only.has(4), () => measureSetUps(bench, engines)),
    open: await when(only.has(4) || only.has(6), () =>
      onStage(bench, proxies, (running) => measureOpenStreams(bench, running)),
    ),
    stall: await when(only.has(5), () => onStage(bench, everyone, (running) => measureStall(bench, running))),
    start: await when(only.has(6), () => measureStart(bench, engines)),
    shaping: await when(only.has(7), () => measureShaping(bench, engines)),
  };
}
