// Facts become counters, readings become gauges.

import { beforeEach, describe, expect, it } from 'vitest';
import { staleAmong } from '../../../scripts/generated.ts';
import { examples } from '../../../scripts/metrics/examples.ts';
import { metricsFiles } from '../../../scripts/metrics/page.ts';
import { Metrics } from '../../../src/ops/metrics.ts';
import { facts, summary } from './facts.ts';

let readings: { waiting: number; active: number; first: number; second: number };
let metrics: Metrics;

beforeEach(() => {
  readings = { waiting: 0, active: 0, first: 0, second: 0 };
  metrics = new Metrics({
    version: '1.2.3',
    engine: 'stream',
    readings: {
      connectionsWaiting: () => readings.waiting,
      streamsActive: () => readings.active,
      relayed: () => ({ firstToSecond: readings.first, secondToFirst: readings.second }),
    },
  });
});

/** The series of the exposition, by name with labels. */
async function scrape(): Promise<ReadonlyMap<string, number>> {
  const { text } = await metrics.expose();
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]),
  );
}

/** The labelled counters that are not 0. */
async function counted(): Promise<Record<string, number>> {
  const series = [...(await scrape())].filter(([name, value]) => value > 0 && /_total(\{|$)/.test(name));
  return Object.fromEntries(series.filter(([name]) => !/_(process|nodejs)_/.test(name)));
}

describe('the counters', () => {
  it('count facts by their results and reasons', async () => {
    for (const fact of facts) metrics.observe(fact);
    metrics.observe({ kind: 'xmpp-online', domain: 'd', service: 's', reconnect: true });
    expect(await counted()).toEqual({
      'streamhost_handshakes_total{result="accepted"}': 1,
      'streamhost_waiting_ended_total{reason="expired"}': 1,
      'streamhost_address_queries_total{result="ok"}': 1,
      'streamhost_activations_total{result="ok"}': 1,
      'streamhost_streams_total{reason="finished"}': 1,
      streamhost_xmpp_reconnects_total: 1,
      streamhost_accept_failures_total: 1,
      streamhost_relay_worker_restarts_total: 1,
      'streamhost_reloads_total{result="ok"}': 1,
      'streamhost_reloads_total{result="rejected"}': 1,
      'streamhost_self_checks_total{result="private"}': 1,
      streamhost_audit_failures_total: 1,
      streamhost_audit_lines_lost_total: 4,
    });
  });

  it('count what was refused by its reason, whichever door refused it; a failure is no refusal', async () => {
    metrics.observe({ kind: 'handshake', result: 'taken', remote: 'x' });
    metrics.observe({ kind: 'handshake', result: 'failed', remote: 'x' });
    metrics.observe({ kind: 'handshake', result: 'timed-out', remote: 'x' });
    metrics.observe({ kind: 'activation', result: 'taken', requester: 'a@b', target: 'c@d' });
    metrics.observe({ kind: 'activation', result: 'failed', requester: 'a@b', target: 'c@d' });
    metrics.observe({ kind: 'address-query', result: 'forbidden', requester: 'a@b' });
    const refusals = Object.entries(await counted()).filter(([name]) =>
      name.startsWith('streamhost_refusals'),
    );
    expect(Object.fromEntries(refusals)).toEqual({
      'streamhost_refusals_total{reason="taken"}': 2,
      'streamhost_refusals_total{reason="forbidden"}': 1,
    });
  });

  it('are all there from the start, at 0, so that rates have a beginning', async () => {
    const series = await scrape();
    for (const name of [
      'streamhost_handshakes_total{result="not-socks5"}',
      'streamhost_activations_total{result="peer-missing"}',
      'streamhost_address_queries_total{result="forbidden"}',
      'streamhost_refusals_total{reason="over-limit"}',
      'streamhost_streams_total{reason="reset"}',
      'streamhost_relayed_bytes_total{direction="first_to_second"}',
      'streamhost_xmpp_reconnects_total',
      'streamhost_stream_size_bytes_count',
    ]) {
      expect([name, series.get(name)]).toEqual([name, 0]);
    }
  });

  it('of bytes move while streams run', async () => {
    const forth = 'streamhost_relayed_bytes_total{direction="first_to_second"}';
    const back = 'streamhost_relayed_bytes_total{direction="second_to_first"}';
    readings = { waiting: 0, active: 1, first: 2 ** 40, second: 1 };
    const before = await scrape();
    expect([before.get(forth), before.get(back)]).toEqual([2 ** 40, 1]);
    readings = { waiting: 0, active: 1, first: 2 ** 40 + 7, second: 1 };
    const after = await scrape();
    expect([after.get(forth), after.get(back)]).toEqual([2 ** 40 + 7, 1]);
  });
});

describe('the gauges', () => {
  it('show who waits and what runs now', async () => {
    readings = { waiting: 3, active: 2, first: 0, second: 0 };
    const series = await scrape();
    expect(series.get('streamhost_connections_waiting')).toBe(3);
    expect(series.get('streamhost_streams_active')).toBe(2);
  });

  it('show the state of the XMPP link', async () => {
    const connected = async () => (await scrape()).get('streamhost_xmpp_connected');
    expect(await connected()).toBe(0);
    metrics.observe({ kind: 'xmpp-online', domain: 'd', service: 's', reconnect: false });
    expect(await connected()).toBe(1);
    metrics.observe({ kind: 'xmpp-offline', reason: 'gone' });
    expect(await connected()).toBe(0);
  });

  it('show that the proxy is stopping', async () => {
    expect((await scrape()).get('streamhost_draining')).toBe(0);
    metrics.observe({ kind: 'draining', streams: 1, waiting: 0, graceMs: 1000 });
    expect((await scrape()).get('streamhost_draining')).toBe(1);
  });

  it.each([
    ['ok', 1],
    ['private', 0],
    ['not-us', 0],
    ['unknown', Number.NaN],
  ] as const)('show the self-check %s as %f', async (result, value) => {
    expect((await scrape()).get('streamhost_self_check_ok')).toBeNaN();
    metrics.observe({ kind: 'self-check', result, findings: [], changed: true });
    expect((await scrape()).get('streamhost_self_check_ok')).toBe(value);
  });

  it('show when the configuration in force was loaded', async () => {
    const name = 'streamhost_config_last_reload_success_timestamp_seconds';
    const before = (await scrape()).get(name) ?? 0;
    expect(before).toBeGreaterThan(1.7e9);
    metrics.observe({ kind: 'reloaded', changed: [], needRestart: [], listeners: 1, selfCheck: true });
    expect((await scrape()).get(name)).toBeGreaterThanOrEqual(before);
  });

  it('show what is running', async () => {
    const node = process.versions.node;
    const info = `streamhost_build_info{version="1.2.3",engine="stream",node="${node}"}`;
    expect((await scrape()).get(info)).toBe(1);
  });
});

describe('the histograms', () => {
  it('take the duration in seconds and the bytes of both directions', async () => {
    metrics.observe({ kind: 'stream-closed', summary });
    const series = await scrape();
    expect(series.get('streamhost_stream_duration_seconds_sum')).toBe(summary.durationMs / 1000);
    expect(series.get('streamhost_stream_duration_seconds_bucket{le="1"}')).toBe(0);
    expect(series.get('streamhost_stream_duration_seconds_bucket{le="5"}')).toBe(1);
    expect(series.get('streamhost_stream_size_bytes_sum')).toBe(1024);
    expect(series.get('streamhost_stream_size_bytes_bucket{le="1024"}')).toBe(1);
  });

  it('take the time that a stream took to be set up, in seconds', async () => {
    metrics.observe({
      kind: 'stream-opened',
      key: summary.key,
      requester: 'a@b/c',
      target: 'd@e/f',
      setupMs: 250,
    });
    const series = await scrape();
    expect(series.get('streamhost_stream_setup_seconds_sum')).toBe(0.25);
    expect(series.get('streamhost_stream_setup_seconds_bucket{le="0.1"}')).toBe(0);
    expect(series.get('streamhost_stream_setup_seconds_bucket{le="0.25"}')).toBe(1);
  });
});

describe('the exposition', () => {
  it('is in the text format of Prometheus, and every name begins with streamhost_', async () => {
    expect((await metrics.expose()).contentType).toBe('text/plain; version=0.0.4; charset=utf-8');
    const names = (await metrics.describe()).map(({ name }) => name);
    expect(names.filter((name) => !name.startsWith('streamhost_'))).toEqual([]);
    expect(names).toContain('streamhost_process_open_fds');
  });

  it('has no JID in it [S5B-P-89]', async () => {
    for (const fact of facts) metrics.observe(fact);
    expect((await metrics.expose()).text).not.toMatch(/alice|bob|example\./);
  });
});

describe('docs/METRICS.md', () => {
  it.runIf(process.platform === 'linux')('is current; if not: npm run docs', async () => {
    expect(staleAmong(await metricsFiles())).toEqual([]);
  });

  it('asks only for metrics that exist', async () => {
    const names = new Set((await metrics.describe()).map(({ name }) => name));
    const asked = examples.flatMap(({ query }) => query.match(/streamhost_\w+/g) ?? []);
    expect(asked.length).toBeGreaterThan(0);
    expect(asked.filter((name) => !names.has(name.replace(/_bucket$/, '')))).toEqual([]);
  });
});
