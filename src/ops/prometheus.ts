// The one door to prom-client: its classes, each loaded from its own file, and the process metrics when they are asked for.
//
// The package's index also loads OpenTelemetry, for one of the process metrics: 70 files, 35 ms of a start. So those
// metrics begin with the first scrape. The paths are not documented; the tests of the metrics would tell.

import { createRequire } from 'node:module';
import type * as client from 'prom-client';

const require = createRequire(import.meta.url);

export const Registry: typeof client.Registry = require('prom-client/lib/registry');
export const Counter: typeof client.Counter = require('prom-client/lib/counter');
export const Gauge: typeof client.Gauge = require('prom-client/lib/gauge');
export const Histogram: typeof client.Histogram = require('prom-client/lib/histogram');

export type Registry = client.Registry;
export type Counter<Label extends string = string> = client.Counter<Label>;
export type Gauge<Label extends string = string> = client.Gauge<Label>;
export type Histogram<Label extends string = string> = client.Histogram<Label>;

/** Gauges with the name of a counter, of which promtool complains; the ones without `_total` have the same by type. */
const MISNAMED = ['active_handles_total', 'active_requests_total', 'active_resources_total'];

/** What Node.js tells about the process: CPU time, memory, descriptors, the event loop. */
export function collectProcessMetrics(registry: Registry, prefix: string): void {
  const collect: typeof client.collectDefaultMetrics = require('prom-client/lib/defaultMetrics');
  collect({ register: registry, prefix });
  for (const name of MISNAMED) registry.removeSingleMetric(`${prefix}nodejs_${name}`);
}
