// Questions that operators ask, as PromQL.

export interface Example {
  readonly question: string;
  readonly query: string;
}

export const examples: readonly Example[] = [
  {
    question: 'How many bytes go through a second, in all?',
    query: 'sum(rate(streamhost_relayed_bytes_total[1m]))',
  },
  {
    question: 'How many streams run, how many connections wait?',
    query: 'streamhost_streams_active\nstreamhost_connections_waiting',
  },
  {
    question: 'How large is the share of activations that are refused or fail?',
    query:
      '1 - sum(rate(streamhost_activations_total{result="ok"}[5m])) / sum(rate(streamhost_activations_total[5m]))',
  },
  {
    question: 'What are people turned away for?',
    query: 'sum by (reason) (increase(streamhost_refusals_total[1h])) > 0',
  },
  {
    question: 'Which limits are nearly reached, before anyone is turned away?',
    query: 'streamhost_limit_used / streamhost_limit > 0.8',
  },
  {
    question: 'How many SOCKS handshakes come from strangers and port scans?',
    query: 'sum by (result) (rate(streamhost_handshakes_total{result!="accepted"}[5m]))',
  },
  {
    question: 'How many connections waited in vain, because no activation came?',
    query: 'increase(streamhost_waiting_ended_total{reason="expired"}[1h])',
  },
  {
    question: 'How do streams end?',
    query: 'sum by (reason) (increase(streamhost_streams_total[1h]))',
  },
  {
    question:
      'How long does it take until a stream runs, in the middle? (some clients connect before a human is asked)',
    query: 'histogram_quantile(0.5, sum by (le) (rate(streamhost_stream_setup_seconds_bucket[1h])))',
  },
  {
    question: 'How long does the slowest twentieth of the streams last, at least?',
    query: 'histogram_quantile(0.95, sum by (le) (rate(streamhost_stream_duration_seconds_bucket[1h])))',
  },
  {
    question: 'How large is a stream in the middle?',
    query: 'histogram_quantile(0.5, sum by (le) (rate(streamhost_stream_size_bytes_bucket[1h])))',
  },
  {
    question: 'Is the proxy joined to its server? (an alert, with a "for" of some minutes)',
    query: 'streamhost_xmpp_connected == 0',
  },
  {
    question: 'Does the link to the server break often?',
    query: 'increase(streamhost_xmpp_reconnects_total[1h]) > 3',
  },
  {
    question: 'Is somebody near a quota?',
    query: 'streamhost_quota_used_ratio_max > 0.9',
  },
  {
    question: 'Is what quotas count not kept? (a full disc, for example)',
    query: 'increase(streamhost_quota_store_failures_total[10m]) > 0',
  },
  {
    question: 'Does the process run out of descriptors?',
    query: 'streamhost_process_open_fds / streamhost_process_max_fds > 0.8',
  },
];
