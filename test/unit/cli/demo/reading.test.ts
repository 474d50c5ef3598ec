import { describe, expect, it } from 'vitest';
import { readMetrics } from '../../../../src/cli/demo/proxy-metrics.ts';

describe("reading the proxy's metrics", () => {
  it('keeps what the proxy counted and is not 0, for people to read', () => {
    const page = [
      '# HELP streamhost_streams_total Streams.',
      '# TYPE streamhost_streams_total counter',
      'streamhost_streams_total{reason="finished"} 1',
      'streamhost_streams_total{reason="reset"} 0',
      'streamhost_relayed_bytes_total{direction="first_to_second"} 8388608',
      'streamhost_process_cpu_user_seconds_total 0.4',
      'streamhost_nodejs_eventloop_lag_seconds 0.01',
      'streamhost_stream_size_bytes_bucket{le="1024"} 1',
      'streamhost_stream_size_bytes_sum 8388608',
      'streamhost_stream_size_bytes_count 1',
      'streamhost_stream_duration_seconds_sum 1.3414034940000001',
      'streamhost_limit{limit="waiting"} 4096',
      'streamhost_limit{limit="streamsPerDomain"} NaN',
      'streamhost_self_check_ok NaN',
      'streamhost_config_last_reload_success_timestamp_seconds 1796062665.031',
      'other_total 3',
      '',
    ].join('\n');
    expect(readMetrics(page)).toEqual([
      ['streamhost_streams_total{reason="finished"}', '1'],
      ['streamhost_relayed_bytes_total{direction="first_to_second"}', '8.0 MiB'],
      ['streamhost_stream_size_bytes_sum', '8.0 MiB'],
      ['streamhost_stream_size_bytes_count', '1'],
      ['streamhost_stream_duration_seconds_sum', '1.341 s'],
    ]);
  });
});
