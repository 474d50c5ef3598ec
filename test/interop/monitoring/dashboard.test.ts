// Every query of the dashboard and of the alert rules, put to a real Prometheus that watches a running daemon.

import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { concrete } from '../../../scripts/dashboard/panel.ts';
import { panels } from '../../../scripts/dashboard/panels.ts';
import { dashboardFiles } from '../../../scripts/dashboard.ts';
import { staleAmong } from '../../../scripts/generated.ts';
import { WatchedDaemon } from '../../support/interop/watched-daemon.ts';
import { describeWith } from '../../support/requirements.ts';

const RULES = fileURLToPath(new URL('../../../config/prometheus/streamhost.rules.yml', import.meta.url));
/** NaN while it is not known, as for the loopback. */
const MAY_BE_UNKNOWN = ['Reachable'];

const queries = panels.flatMap(({ title, queries }) =>
  queries.map(({ legend, expr }) => ({ title, legend, expr: concrete(expr, '10s') })),
);

describeWith(['prometheus'], 'under Prometheus', () => {
  let watched: WatchedDaemon;

  beforeAll(async () => {
    watched = await WatchedDaemon.start([RULES]);
  });

  afterAll(() => watched?.stop());

  for (const { title, legend, expr } of queries) {
    it(`the panel “${title}” has data for “${legend}”`, async () => {
      const number = MAY_BE_UNKNOWN.includes(title) ? expr : `(${expr}) >= 0`;
      const samples = await watched.prometheus.untilSeries(number);
      for (const [, label = ''] of legend.matchAll(/\{\{(\w+)\}\}/g))
        expect(samples.map(({ labels }) => labels[label])).not.toContain(undefined);
    });
  }

  it('the rules name only metrics that there are', async () => {
    const { groups }: { groups: { rules: { record?: string; expr: string }[] }[] } = parse(
      await readFile(RULES, 'utf8'),
    );
    const rules = groups.flatMap(({ rules }) => rules);
    const recorded = rules.flatMap(({ record }) => record ?? []);
    for (const name of recorded) await watched.prometheus.untilSeries(name);
    const named = rules.flatMap(({ expr }) => expr.match(/(?<![\w:])streamhost_\w+/g) ?? []);
    expect(named).not.toEqual([]);
    for (const name of new Set(named)) await watched.prometheus.untilSeries(`count(${name})`);
  });
});

describe('config/grafana/streamhost.json', () => {
  it('is current; if not: npm run dashboard', () => {
    expect(staleAmong(dashboardFiles())).toEqual([]);
  });
});
