// What the dashboard shows, panel by panel: the one source of the Grafana dashboard and of the picture of it.

import { number, of, type Panel, perMinute, quantile, type Row, rate } from './panel.ts';

export const rows: readonly Row[] = [
  {
    title: 'Now',
    panels: [
      number(
        'Joined',
        'Whether it is joined to the XMPP server.',
        'bool_yes_no',
        `min(${of('xmpp_connected')})`,
      ),
      number(
        'Reachable',
        'Whether clients reach the address that they are told; empty while that is not known.',
        'bool_yes_no',
        `min(${of('self_check_ok')})`,
      ),
      number('Throughput', 'Both directions together.', 'Bps', `sum(${rate('relayed_bytes_total')})`),
      number('Streams', 'Streams that are running.', 'short', `sum(${of('streams_active')})`),
      number(
        'Waiting',
        'Connections that wait for an activation.',
        'short',
        `sum(${of('connections_waiting')})`,
      ),
      number('Draining', 'Whether one is about to stop.', 'bool_yes_no', `max(${of('draining')})`),
    ],
  },
  {
    title: 'Streams',
    panels: [
      {
        title: 'Throughput by direction',
        about: 'Bytes delivered, counted while streams run. First is the peer that connected first.',
        unit: 'Bps',
        stacked: true,
        queries: [{ legend: '{{direction}}', expr: `sum by (direction) (${rate('relayed_bytes_total')})` }],
      },
      {
        title: 'Streams running and connections waiting',
        about: 'Many that wait and none that runs: activations do not arrive or are refused.',
        unit: 'short',
        queries: [
          { legend: 'streams', expr: `sum(${of('streams_active')})` },
          { legend: 'waiting', expr: `sum(${of('connections_waiting')})` },
        ],
      },
      {
        title: 'Set-up time',
        about:
          'From the first of a stream’s two connections to its activation. Some clients connect before a person is asked.',
        unit: 's',
        queries: [
          { legend: 'half are faster than', expr: quantile(0.5, 'stream_setup_seconds') },
          { legend: '95 % are faster than', expr: quantile(0.95, 'stream_setup_seconds') },
        ],
      },
      {
        title: 'Streams ended, by reason',
        about: 'A minute. Everything but “finished” was cut.',
        unit: 'opm',
        stacked: true,
        queries: [{ legend: '{{reason}}', expr: perMinute('reason', 'streams_total') }],
      },
      {
        title: 'Duration of streams',
        about: 'Of those that have ended.',
        unit: 's',
        queries: [
          { legend: 'half are shorter than', expr: quantile(0.5, 'stream_duration_seconds') },
          { legend: '95 % are shorter than', expr: quantile(0.95, 'stream_duration_seconds') },
        ],
      },
      {
        title: 'Size of streams',
        about: 'Both directions together, of those that have ended.',
        unit: 'bytes',
        queries: [
          { legend: 'half are smaller than', expr: quantile(0.5, 'stream_size_bytes') },
          { legend: '95 % are smaller than', expr: quantile(0.95, 'stream_size_bytes') },
        ],
      },
    ],
  },
  {
    title: 'Requests and refusals',
    panels: [
      {
        title: 'Activations by result',
        about: 'A minute.',
        unit: 'opm',
        stacked: true,
        queries: [{ legend: '{{result}}', expr: perMinute('result', 'activations_total') }],
      },
      {
        title: 'Refusals by reason',
        about: 'A minute, by either door. docs/OPERATIONS.md says what to do about each.',
        unit: 'opm',
        stacked: true,
        queries: [{ legend: '{{reason}}', expr: perMinute('reason', 'refusals_total') }],
      },
      {
        title: 'Waited in vain, by what ended it',
        about: 'Connections a minute for which no activation came.',
        unit: 'opm',
        stacked: true,
        queries: [{ legend: '{{reason}}', expr: perMinute('reason', 'waiting_ended_total') }],
      },
    ],
  },
  {
    title: 'Operation',
    panels: [
      {
        title: 'Link and drain',
        about: 'Joined to the XMPP server; draining from SIGTERM on, while running streams may finish.',
        unit: 'short',
        queries: [
          { legend: 'joined', expr: of('xmpp_connected') },
          { legend: 'draining', expr: of('draining') },
          { legend: 'joined again, a minute', expr: `60 * sum(${rate('xmpp_reconnects_total')})` },
        ],
      },
      {
        title: 'Processor',
        about: '1 is one core, all threads together.',
        unit: 'percentunit',
        stacked: true,
        queries: [
          { legend: 'user', expr: rate('process_cpu_user_seconds_total') },
          { legend: 'system', expr: rate('process_cpu_system_seconds_total') },
        ],
      },
      {
        title: 'Memory',
        about: 'Of the process.',
        unit: 'bytes',
        queries: [
          { legend: 'resident', expr: of('process_resident_memory_bytes') },
          { legend: 'JavaScript heap', expr: of('nodejs_heap_size_used_bytes') },
        ],
      },
      {
        title: 'How near the limits are',
        about:
          'Descriptors: a waiting connection takes one, a running stream two and its pipes. Quota: of whoever has used most of one.',
        unit: 'percentunit',
        queries: [
          { legend: 'quota', expr: `max(${of('quota_used_ratio_max')})` },
          { legend: 'descriptors', expr: `${of('process_open_fds')} / ${of('process_max_fds')}` },
        ],
      },
      {
        title: 'Event loop delay',
        about: 'How late the main thread is: set-ups and the XMPP link are served by it, bytes are not.',
        unit: 's',
        queries: [
          { legend: 'p50', expr: of('nodejs_eventloop_lag_p50_seconds') },
          { legend: 'p99', expr: of('nodejs_eventloop_lag_p99_seconds') },
        ],
      },
      {
        title: 'Faults of its own',
        about: 'In the last hour. Anything above 0 is worth a look at the log.',
        unit: 'short',
        queries: [
          { legend: 'relay threads replaced', expr: `increase(${of('relay_worker_restarts_total')}[1h])` },
          { legend: 'connections not accepted', expr: `increase(${of('accept_failures_total')}[1h])` },
        ],
      },
    ],
  },
];

export const panels: readonly Panel[] = rows.flatMap((row) => row.panels);
