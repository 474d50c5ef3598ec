// What differs between two configurations, and what of it waits for a restart.

import { describe, expect, it } from 'vitest';
import { compareConfigs } from '../../../src/config/changes.ts';
import type { Config, ConfigInput } from '../../../src/config/schema.ts';
import { configFor } from '../../support/proxy.ts';

const running = configFor('xmpp://127.0.0.1:5347');

function compare(next: Partial<ConfigInput>) {
  return compareConfigs(running, configFor('xmpp://127.0.0.1:5347', next));
}

describe('what differs', () => {
  it('is nothing when nothing does', () => {
    expect(compare({})).toEqual({ changed: [], needRestart: [], effective: running });
  });

  it('is named key by key, and a list by its own name', () => {
    const next = {
      access: { allow: ['example.org'] },
      limits: { streams: 7, handshakes: 8 },
      rates: { stream: '1MB' },
      log: { level: 'debug' as const },
      streamhosts: [{ host: '203.0.113.8', port: 7777 }],
    };
    expect(compare(next).changed).toEqual([
      'access.allow',
      'limits.handshakes',
      'limits.streams',
      'log.level',
      'rates.stream',
      'streamhosts',
    ]);
    expect(compare(next)).toMatchObject({ needRestart: [], effective: { limits: { streams: 7 } } });
  });

  it('is named, and never shown, where it is secret [COMP-26]', () => {
    const next: Config = {
      ...running,
      xmpp: { ...running.xmpp, secret: 'hunter2' },
      audit: { ...running.audit, key: 'k3y' },
    };
    const { effective, ...told } = compareConfigs(running, next);
    expect(told).toEqual({ changed: ['audit.keyFile', 'xmpp.secret'], needRestart: ['xmpp.secret'] });
    expect(effective.xmpp.secret).not.toBe('hunter2');
    expect(effective.audit.key).toBe('k3y');
  });
});

describe('what takes effect at once', () => {
  it('is every timeout, and where quotas are kept', () => {
    const { changed, needRestart } = compare({
      timeouts: { halfClose: '1s', unacknowledged: '2m', idle: '3m' },
      quotas: { store: '/var/lib/streamhost' },
    });
    expect(changed).toEqual([
      'quotas.store',
      'timeouts.halfClose',
      'timeouts.idle',
      'timeouts.unacknowledged',
    ]);
    expect(needRestart).toEqual([]);
  });
});

describe('what waits for a restart', () => {
  it.each<[string, Partial<ConfigInput>]>([
    ['http.port', { http: { host: '127.0.0.1', port: 9999 } }],
    ['relay.earlyData', { relay: { earlyData: 'discard' } }],
    ['identity.name', { identity: { name: 'Another' } }],
    ['log.format', { log: { format: 'pretty' } }],
  ])('is %s, which stays as it was', (key, next) => {
    const { needRestart, effective } = compare(next);
    expect(needRestart).toEqual([key]);
    expect(effective).toEqual(running);
  });
});
