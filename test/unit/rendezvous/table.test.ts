// Who waits for whom: every state of a session, and every way out of it.

import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { Table } from '../../../src/rendezvous/table.ts';
import { type SessionKey, sessionKey } from '../../../src/wire/session-key.ts';
import { ManualClock } from '../../support/clock.ts';
import { FakeEngine, FakePeer, Recorder } from '../../support/fake-relay.ts';

const KEY = sessionKey('sid', 'a@b/c', 'd@e/f');
const OTHER = sessionKey('other', 'a@b/c', 'd@e/f');
const PARTIES = { requester: 'a@b/c', target: 'd@e/f' };
const PENDING_MS = 600_000;

let clock: ManualClock;
let engine: FakeEngine;
let observer: Recorder;
let table: Table;

beforeEach(() => {
  clock = new ManualClock();
  engine = new FakeEngine();
  observer = new Recorder();
  table = newTable();
});

describe('a peer that arrives', () => {
  it('takes the first or the second place, and makes no difference between them [S5B-P-41]', () => {
    expect(arrive()).toMatchObject({ verdict: { ok: true } });
    expect(arrive()).toMatchObject({ verdict: { ok: true } });
    expect(table.connectionsWaiting()).toBe(2);
  });

  it('as the third is refused without being admitted, and the pair stays [S5B-P-42]', async () => {
    arrive();
    arrive();
    const third = arrive();
    expect(third.verdict).toEqual({ ok: false, reason: 'taken' });
    expect(third.admitted).toBe(false);
    expect(await table.activate([KEY], PARTIES)).toEqual({ ok: true });
  });

  it.each([0, 1])(
    'as the third replaces number %i if that one has sent FIN [S5B-P-42] (clients.md 2.12)',
    async (index) => {
      const pair = [arrive().peer, arrive().peer];
      pair[index]?.becomes('finished');
      expect(arrive().verdict).toEqual({ ok: true });
      expect(pair.map((peer) => peer.closed)).toEqual([index === 0, index === 1]);
      expect(table.connectionsWaiting()).toBe(2);
      expect(await table.activate([KEY], PARTIES)).toEqual({ ok: true });
      expect(observer.of('waiting-ended').map((fact) => fact.why)).toEqual(['replaced']);
    },
  );

  it('on a running stream is refused, and the stream is left alone [S5B-P-42]', async () => {
    arrive().peer.becomes('finished');
    arrive();
    await table.activate([KEY], PARTIES);
    expect(arrive().verdict).toEqual({ ok: false, reason: 'taken' });
    expect(table.streamsActive()).toBe(1);
  });

  it('beyond the bound of the table is refused; one under another key is not counted twice [S5B-P-44]', () => {
    table = newTable({ maxWaiting: 2 });
    expect(arrive(KEY).verdict).toEqual({ ok: true });
    expect(arrive(OTHER).verdict).toEqual({ ok: true });
    expect(arrive(KEY).verdict).toEqual({ ok: false, reason: 'over-limit' });
  });

  it('and is gone by then takes no place', () => {
    table.join(KEY, '192.0.2.1', () => {
      const peer = new FakePeer();
      peer.condition = 'gone';
      return peer;
    });
    expect(table.connectionsWaiting()).toBe(0);
  });
});

describe('a peer that waits', () => {
  it('frees its place when it is reset, and the other one stays [S5B-P-43]', async () => {
    const first = arrive().peer;
    const second = arrive().peer;
    first.becomes('gone');
    expect(second.closed).toBe(false);
    expect(await table.activate([KEY], PARTIES)).toEqual({ ok: false, reason: 'peer-missing' });
    arrive();
    expect(await table.activate([KEY], PARTIES)).toEqual({ ok: true });
  });

  it('keeps its place when it has sent FIN [S5B-P-43]', async () => {
    arrive().peer.becomes('finished');
    arrive();
    expect(await table.activate([KEY], PARTIES)).toEqual({ ok: true });
  });

  it('is dropped when it has waited too long, each by its own time [S5B-P-83]', () => {
    const first = arrive().peer;
    clock.advance(PENDING_MS - 1);
    const second = arrive().peer;
    clock.advance(1);
    expect([first.closed, second.closed]).toEqual([true, false]);
    clock.advance(PENDING_MS);
    expect(second.closed).toBe(true);
    expect(table.connectionsWaiting()).toBe(0);
    expect(observer.of('waiting-ended').map((fact) => fact.why)).toEqual(['expired', 'expired']);
  });

  it('is closed when its requester is refused; a running stream is not [S5B-P-71]', async () => {
    const peers = [arrive().peer, arrive().peer];
    arrive(OTHER);
    arrive(OTHER);
    await table.activate([OTHER], PARTIES);
    table.dismiss([KEY, OTHER]);
    expect(peers.map((peer) => peer.closed)).toEqual([true, true]);
    expect(table.streamsActive()).toBe(1);
  });
});

describe('an activation', () => {
  it('of a key under which nobody waits is refused [S5B-P-62]', async () => {
    expect(await table.activate([KEY], PARTIES)).toEqual({ ok: false, reason: 'unknown' });
  });

  it('with one peer only is refused, and succeeds once the other one is there [S5B-P-61]', async () => {
    arrive();
    expect(await table.activate([KEY], PARTIES)).toEqual({ ok: false, reason: 'peer-missing' });
    arrive();
    expect(await table.activate([KEY], PARTIES)).toEqual({ ok: true });
  });

  it('of a running stream is refused, and the stream is left alone [S5B-P-72]', async () => {
    arrive();
    arrive();
    const both = [table.activate([KEY], PARTIES), table.activate([KEY], PARTIES)];
    expect(await Promise.all(both)).toEqual([{ ok: true }, { ok: false, reason: 'taken' }]);
    expect(engine.streams).toHaveLength(1);
  });

  it('takes the first of several keys under which anyone waits [S5B-P-35]', async () => {
    arrive(OTHER);
    arrive(OTHER);
    expect(await table.activate([KEY, OTHER], PARTIES)).toEqual({ ok: true });
    expect(observer.of('stream-opened').map((fact) => fact.key)).toEqual([OTHER]);
  });

  it('passes over a stream that runs under a likelier key, if anyone waits under another [S5B-P-35]', async () => {
    for (const key of [KEY, KEY, OTHER, OTHER]) arrive(key);
    await table.activate([KEY], PARTIES);
    expect(await table.activate([KEY, OTHER], PARTIES)).toEqual({ ok: true });
    expect(await table.activate([KEY, OTHER], PARTIES)).toEqual({ ok: false, reason: 'taken' });
    expect(table.streamsActive()).toBe(2);
  });

  it('is told with the time since the first of the two came', async () => {
    arrive();
    clock.advance(2000);
    arrive();
    clock.advance(500);
    await table.activate([KEY], PARTIES);
    expect(observer.of('stream-opened').map(({ setupMs }) => setupMs)).toEqual([2500]);
  });

  it('over the limit of streams is refused, and the waiting pair is closed [S5B-P-73]', async () => {
    table = newTable({ maxStreams: 1 });
    arrive(OTHER);
    arrive(OTHER);
    await table.activate([OTHER], PARTIES);
    const pair = [arrive().peer, arrive().peer];
    expect(await table.activate([KEY], PARTIES)).toEqual({ ok: false, reason: 'over-limit' });
    expect(pair.map((peer) => peer.closed)).toEqual([true, true]);
    expect(table.connectionsWaiting()).toBe(0);
  });

  it('of a pair of which one has just gone is refused, and the other one is closed [S5B-P-76]', async () => {
    const gone = arrive().peer;
    const left = arrive().peer;
    gone.condition = 'gone'; // and nobody has been told yet
    expect(await table.activate([KEY], PARTIES)).toEqual({ ok: false, reason: 'peer-gone' });
    expect(left.closed).toBe(true);
    expect(table.streamsActive()).toBe(0);
    expect(arrive().verdict).toEqual({ ok: true });
  });

  it('rejects when the engine fails, closes the pair and frees the key [S5B-P-65]', async () => {
    const pair = [arrive().peer, arrive().peer];
    engine.failure = new Error('broken');
    await expect(table.activate([KEY], PARTIES)).rejects.toThrow('broken');
    expect(pair.map((peer) => peer.closed)).toEqual([true, true]);
    expect(table.streamsActive()).toBe(0);
  });
});

describe('a stream', () => {
  it('is told when it has ended, with its bytes and its duration', async () => {
    arrive(KEY, '192.0.2.1');
    arrive(KEY, '2001:db8::1');
    await table.activate([KEY], PARTIES);
    const [stream] = engine.streams;
    if (!stream) throw new Error('no stream');
    stream.counts = { firstToSecond: 5, secondToFirst: 7 };
    expect(table.relayed()).toEqual({ firstToSecond: 5, secondToFirst: 7 });
    clock.advance(1500);
    stream.abort('finished');
    await stream.ended;
    expect(observer.of('stream-closed').map((fact) => fact.summary)).toEqual([
      {
        key: KEY,
        ...PARTIES,
        bytes: { firstToSecond: 5, secondToFirst: 7 },
        durationMs: 1500,
        first: '192.0.2.1',
        second: '2001:db8::1',
        className: 'default',
        reason: 'finished',
      },
    ]);
    expect(table.streamsActive()).toBe(0);
    expect(table.relayed()).toEqual({ firstToSecond: 5, secondToFirst: 7 });
    expect(arrive().verdict).toEqual({ ok: true });
  });

  it('may stand beside many others of the same requester [S5B-P-49]', async () => {
    const keys = Array.from({ length: 50 }, (_, n) =>
      sessionKey(`sid${n}`, PARTIES.requester, PARTIES.target),
    );
    for (const key of keys) {
      arrive(key);
      arrive(key);
    }
    for (const key of keys) expect(await table.activate([key], PARTIES)).toEqual({ ok: true });
    expect(table.streamsActive()).toBe(50);
  });
});

describe('a table that drains', () => {
  it('takes no new key and no activation of one, and waits for running streams [S5B-P-73] [S5B-P-88]', async () => {
    arrive(OTHER);
    arrive(OTHER);
    await table.activate([OTHER], PARTIES);
    const drained = table.drain();
    expect(table.draining).toBe(true);
    expect(arrive().verdict).toEqual({ ok: false, reason: 'draining' });
    expect(await table.activate([KEY], PARTIES)).toEqual({ ok: false, reason: 'draining' });
    await drained.nobodyWaits;
    engine.streams[0]?.abort('finished');
    await drained.finished;
  });

  it('lets a transfer that waits for its second party be completed and activated [S5B-P-88]', async () => {
    arrive();
    const drained = table.drain();
    expect(await table.activate([KEY], PARTIES)).toEqual({ ok: false, reason: 'peer-missing' });
    expect(arrive().verdict).toEqual({ ok: true });
    expect(await table.activate([KEY], PARTIES)).toEqual({ ok: true });
    await drained.nobodyWaits;
    expect(arrive().verdict).toEqual({ ok: false, reason: 'taken' });
    engine.streams[0]?.abort('finished');
    await drained.finished;
  });

  it('takes nobody again under a key whose peer has left', () => {
    arrive().peer.becomes('gone');
    table.drain();
    expect(arrive().verdict).toEqual({ ok: false, reason: 'draining' });
  });

  it('closes all who wait when their activation cannot come any more', async () => {
    const { peer } = arrive();
    const drained = table.drain();
    table.dismissAll();
    await drained.finished;
    expect(peer.closed).toBe(true);
    expect(observer.of('waiting-ended').map((fact) => fact.why)).toEqual(['shutdown']);
  });

  it('is drained at once when nothing runs, and closing it cuts what does', async () => {
    await table.drain().finished;
    const other = newTable();
    other.join(KEY, '192.0.2.1', () => new FakePeer());
    other.join(KEY, '192.0.2.1', () => new FakePeer());
    await other.activate([KEY], PARTIES);
    const waiting = new FakePeer();
    other.join(OTHER, '192.0.2.1', () => waiting);
    expect(other.close()).toBe(1);
    expect(waiting.closed).toBe(true);
    expect(await engine.streams[0]?.ended).toBe('shutdown');
  });
});

it('keeps its books right whatever happens in whatever order', async () => {
  const action = fc.constantFrom('arrive', 'finish', 'reset', 'activate', 'expire', 'end', 'dismiss');
  await fc.assert(
    fc.asyncProperty(fc.array(action, { maxLength: 40 }), async (actions) => {
      clock = new ManualClock();
      engine = new FakeEngine();
      observer = new Recorder();
      table = newTable();
      const admitted: FakePeer[] = [];
      for (const what of actions) {
        const last = admitted.at(-1);
        if (what === 'arrive') {
          const { peer, admitted: taken } = arrive();
          if (taken) admitted.push(peer);
        } else if (what === 'finish' && last?.condition === 'open') last.becomes('finished');
        else if (what === 'reset' && last?.condition === 'open') last.becomes('gone');
        else if (what === 'activate') await table.activate([KEY], PARTIES);
        else if (what === 'expire') clock.advance(PENDING_MS);
        else if (what === 'end') engine.streams.at(-1)?.abort('finished');
        else if (what === 'dismiss') table.dismiss([KEY]);
        await Promise.resolve();
        expect(table.connectionsWaiting()).toBeLessThanOrEqual(2);
        // One timer for all who wait, and one that looks at all running streams.
        const timers = [table.connectionsWaiting(), table.streamsActive()].filter((count) => count > 0);
        expect(clock.pending).toBe(timers.length);
      }
      table.close();
      for (const stream of engine.streams) await stream.ended;
      await Promise.resolve();
      expect([table.connectionsWaiting(), table.streamsActive(), clock.pending]).toEqual([0, 0, 0]);
    }),
  );
});

function newTable(options: { maxWaiting?: number; maxStreams?: number } = {}): Table {
  return new Table(engine, clock, observer, {
    maxWaiting: 100,
    maxStreams: 100,
    pendingMs: PENDING_MS,
    ...options,
  });
}

function arrive(key: SessionKey = KEY, remote?: string) {
  const peer = new FakePeer(remote);
  let admitted = false;
  const verdict = table.join(key, peer.remote, () => {
    admitted = true;
    return peer;
  });
  return { peer, verdict, admitted };
}
