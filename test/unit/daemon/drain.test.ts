// The drain's own clock: how far it is, told every few seconds, and its end. [S5B-P-88]

import { beforeEach, describe, expect, it } from 'vitest';
import { drain } from '../../../src/daemon/drain.ts';
import { Table } from '../../../src/rendezvous/table.ts';
import { type SessionKey, sessionKey } from '../../../src/wire/session-key.ts';
import { ManualClock } from '../../support/clock.ts';
import { FakeEngine, FakePeer, Recorder } from '../../support/fake-relay.ts';

const PARTIES = { requester: 'a@b/c', target: 'd@e/f' };

let clock: ManualClock;
let observer: Recorder;
let engine: FakeEngine;
let table: Table;
let calls: string[];

beforeEach(() => {
  clock = new ManualClock();
  observer = new Recorder();
  engine = new FakeEngine();
  table = new Table(engine, clock, observer, { maxWaiting: 10, maxStreams: 10, pendingMs: 600_000 });
  calls = [];
});

const join = (key: SessionKey) => table.join(key, '192.0.2.1', () => new FakePeer());

/** One stream that runs, and one connection that waits. */
async function busy(): Promise<void> {
  const running = sessionKey('running', 'a@b/c', 'd@e/f');
  join(running);
  join(running);
  await table.activate([running], PARTIES);
  join(sessionKey('waiting', 'a@b/c', 'd@e/f'));
}

function begin(link: 'keep' | 'leave', graceMs = 12_000): Promise<void> {
  const parts = {
    table,
    observer,
    clock,
    listeners: { stopAccepting: () => void calls.push('listeners stopped') },
    link: {
      yielded: new Promise<void>(() => {}),
      retire: () => void calls.push('link retired'),
      stop: async () => void calls.push('link left'),
    },
  };
  return drain(parts, { graceMs, link });
}

describe('a drain', () => {
  it('tells every five seconds what is left, until its time is up', async () => {
    await busy();
    const over = begin('keep');
    clock.advance(12_000);
    await over;
    clock.advance(60_000);
    expect(observer.of('draining')).toEqual([{ kind: 'draining', streams: 1, waiting: 1, graceMs: 12_000 }]);
    expect(observer.of('drain-progress')).toEqual([
      { kind: 'drain-progress', streams: 1, waiting: 1, leftMs: 7_000 },
      { kind: 'drain-progress', streams: 1, waiting: 1, leftMs: 2_000 },
    ]);
    expect(calls).toEqual(['link retired']);
  });

  it('is over at once when nothing runs and nobody waits', async () => {
    await begin('keep');
    expect(calls).toEqual(['link retired', 'listeners stopped']);
    expect(clock.pending).toBe(0);
  });

  it('that leaves the link ends what waits, and waits for streams alone', async () => {
    await busy();
    const over = begin('leave');
    expect(table.connectionsWaiting()).toBe(0);
    expect(calls).toEqual(['link retired', 'link left']);
    engine.streams[0]?.abort('finished');
    await over;
    expect(calls).toContain('listeners stopped');
    expect(clock.pending).toBe(0);
  });
});
