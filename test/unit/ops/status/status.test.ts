// What the status page is made of: the last hour, live rates, and JIDs that are masked unless they may be shown.

import { beforeEach, describe, expect, it } from 'vitest';
import { Readiness } from '../../../../src/ops/readiness.ts';
import { History } from '../../../../src/ops/status/history.ts';
import { Status } from '../../../../src/ops/status/status.ts';
import type { LiveReadings, RunningStream } from '../../../../src/rendezvous/ports.ts';
import { ManualClock } from '../../../support/clock.ts';

const MINUTE = 60_000;

let clock: ManualClock;
let moved: number;
let running: RunningStream[];
let readings: LiveReadings;

beforeEach(() => {
  clock = new ManualClock();
  moved = 0;
  running = [];
  readings = {
    connectionsWaiting: () => 3,
    streamsActive: () => running.length,
    relayed: () => ({ firstToSecond: moved, secondToFirst: 0 }),
    running: (most) => running.slice(0, most),
  };
});

describe('the history', () => {
  it('keeps each minute by itself, the present one last', () => {
    const history = new History(readings, clock);
    moved = 100;
    history.observe({ kind: 'handshake', result: 'not-socks5', remote: '192.0.2.1' });
    history.observe({ kind: 'handshake', result: 'accepted', remote: '192.0.2.1' });
    clock.advance(MINUTE);
    moved = 130;
    expect(history.minutes()).toEqual([
      { bytes: 100, refusals: 1, streams: 0 },
      { bytes: 30, refusals: 0, streams: 0 },
    ]);
  });

  it('forgets what is older than an hour, but not why people were turned away', () => {
    const history = new History(readings, clock);
    history.observe({ kind: 'address-query', result: 'forbidden', requester: 'a@b' });
    for (const _ of [1, 2]) history.observe({ kind: 'handshake', result: 'taken', remote: '192.0.2.1' });
    clock.advance(62 * MINUTE);
    expect(history.minutes()).toHaveLength(61);
    expect(history.minutes().some(({ refusals }) => refusals > 0)).toBe(false);
    expect(history.refusals()).toEqual([
      ['taken', 2],
      ['forbidden', 1],
    ]);
  });

  it('leaves no timer behind', () => {
    const history = new History(readings, clock);
    clock.advance(MINUTE);
    history.stop();
    expect(clock.pending).toBe(0);
  });
});

describe('the page', () => {
  const romeo = 'romeo@example.org/orchard';

  function page(showJids: boolean): string {
    running = Array.from({ length: 120 }, () => ({
      requester: romeo,
      target: 'juliet@example.net/balcony',
      className: 'default',
      bytes: 1024,
      bytesPerSecond: 1024,
      ageMs: 1000,
    }));
    return new Status({
      domain: 'proxy.example.org',
      version: '1.2.3',
      engine: 'stream',
      readings,
      readiness: new Readiness(1),
      clock,
      showJids,
      limits: () => [{ name: 'waiting', used: 3, limit: 10 }],
    }).page();
  }

  it('masks JIDs unless they may be shown [S5B-P-89]', () => {
    expect(page(false)).not.toContain('romeo');
    expect(page(false)).toContain('jid:');
    expect(page(true)).toContain(romeo);
  });

  it('shows a hundred streams at most, and adds up the rates of all', () => {
    expect(page(true).match(/romeo@/g)).toHaveLength(100);
    expect(page(true)).toContain('And 20 more.');
    expect(page(true)).toContain('<dt>throughput now</dt><dd>120 KiB/s</dd>');
  });
});
