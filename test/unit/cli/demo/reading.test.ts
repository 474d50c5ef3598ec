import { describe, expect, it } from 'vitest';
import { readMetrics } from '../../../../src/cli/demo/proxy-metrics.ts';
import { readStreamhosts } from '../../../../src/cli/demo/streamhosts.ts';
import { xml } from '../../../../src/wire/xml.ts';

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

describe('reading streamhosts', () => {
  const read = (...attributes: Record<string, string>[]) =>
    readStreamhosts(xml('query', {}, ...attributes.map((one) => xml('streamhost', one))));

  it('[S5B-T-04] keeps their order, and takes 1080 for a missing port', () => {
    expect(read({ jid: 'b', host: '192.0.2.1', port: '7777' }, { jid: 'a', host: 'h' })).toEqual([
      { jid: 'b', host: '192.0.2.1', port: 7777 },
      { jid: 'a', host: 'h', port: 1080 },
    ]);
  });

  it('[S5B-T-04] passes over broken entries', () => {
    const whole = { jid: 'j', host: 'h', port: '1' };
    const broken = [
      { host: 'h', port: '1' },
      { jid: 'j', port: '1' },
      { ...whole, host: '' },
      ...['0', '65536', 'x', '1.5'].map((port) => ({ ...whole, port })),
    ];
    expect(read(...broken, whole)).toEqual([{ jid: 'j', host: 'h', port: 1 }]);
    expect(readStreamhosts(undefined)).toEqual([]);
  });

  it('[S5B-T-05] takes the brackets off an IPv6 address', () => {
    expect(read({ jid: 'j', host: '[2001:db8::1]', port: '1' })[0]?.host).toBe('2001:db8::1');
  });
});
