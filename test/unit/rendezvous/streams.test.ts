// What a running stream is held to, and what its grant is told.

import { beforeEach, describe, expect, it } from 'vitest';
import type { AdmissionVerdict, Applicant, Grant } from '../../../src/rendezvous/ports.ts';
import { Table } from '../../../src/rendezvous/table.ts';
import { sessionKey } from '../../../src/wire/session-key.ts';
import { ManualClock } from '../../support/clock.ts';
import { FakeEngine, FakePeer, Recorder } from '../../support/fake-relay.ts';

const KEY = sessionKey('sid', 'a@b/c', 'd@e/f');
const PARTIES = { requester: 'a@b/c', target: 'd@e/f' };
const MINUTE = 60_000;

/** Keeps what it is told. */
class RecordingGrant implements Grant {
  readonly className = 'guests';
  rates = [{ index: 7 }];
  readonly idleMs: number;
  readonly durationMs: number;
  readonly charged: number[] = [];
  released = 0;
  answer: 'go-on' | 'quota' = 'go-on';

  constructor(idleMs = Number.POSITIVE_INFINITY, durationMs = Number.POSITIVE_INFINITY) {
    this.idleMs = idleMs;
    this.durationMs = durationMs;
  }

  charge(bytes: number) {
    this.charged.push(bytes);
    return this.answer;
  }

  release(): void {
    this.released++;
  }
}

let clock: ManualClock;
let engine: FakeEngine;
let observer: Recorder;
let applicants: Applicant[];

beforeEach(() => {
  clock = new ManualClock();
  engine = new FakeEngine();
  observer = new Recorder();
  applicants = [];
});

describe('an admission', () => {
  it('is asked with both parties and both addresses, once the pair is complete [S5B-P-85]', async () => {
    const grant = new RecordingGrant();
    const table = tableWith({ ok: true, grant });
    table.join(KEY, '192.0.2.1', () => new FakePeer('192.0.2.1'));
    await table.activate([KEY], PARTIES);
    expect(applicants).toEqual([]);
    table.join(KEY, '192.0.2.2', () => new FakePeer('192.0.2.2'));
    await table.activate([KEY], PARTIES);
    expect(applicants).toEqual([{ ...PARTIES, first: '192.0.2.1', second: '192.0.2.2' }]);
  });

  it('that refuses closes the pair and hands its text to the requester [S5B-P-73]', async () => {
    const refusal = { ok: false, reason: 'quota', text: 'until tomorrow' } as const;
    const { table, peers } = await activated(refusal);
    expect(peers.map(({ closed }) => closed)).toEqual([true, true]);
    expect([table.connectionsWaiting(), table.streamsActive()]).toEqual([0, 0]);
    expect(engine.streams).toEqual([]);
  });

  it('has its grant released once when the join fails', async () => {
    const grant = new RecordingGrant();
    engine.failure = new Error('no worker');
    await expect(activated({ ok: true, grant })).rejects.toThrow('no worker');
    expect(grant.released).toBe(1);
  });

  it('has its grant released once at the end, and its class told', async () => {
    const grant = new RecordingGrant();
    await activated({ ok: true, grant });
    await end();
    expect(grant.released).toBe(1);
    expect(observer.of('stream-closed')[0]?.summary).toMatchObject({
      className: 'guests',
      reason: 'finished',
    });
  });
});

describe('a grant', () => {
  it('is charged what has moved in both directions, about once a second and at the end', async () => {
    const grant = new RecordingGrant();
    await activated({ ok: true, grant });
    move(100, 20);
    clock.advance(1000);
    clock.advance(1000); // nothing moves
    move(3000, 21);
    await end();
    expect(grant.charged).toEqual([120, 0, 2901]);
  });

  it('that has other rates has the engine draw from these, within a second and once', async () => {
    const grant = new RecordingGrant();
    await activated({ ok: true, grant });
    clock.advance(1000);
    expect(engine.streams[0]?.drawn).toEqual([]);
    grant.rates = [{ index: 8 }, { index: 9 }];
    clock.advance(1000);
    clock.advance(1000);
    expect(engine.streams[0]?.drawn).toEqual([grant.rates]);
  });

  it('that has other rates before the stream is joined has them drawn from, too', async () => {
    const grant = new RecordingGrant();
    const joining = activated({ ok: true, grant });
    grant.rates = [];
    await joining;
    clock.advance(1000);
    expect(engine.streams[0]?.drawn).toEqual([[]]);
  });

  it('that is used up ends the stream with that reason', async () => {
    const grant = new RecordingGrant();
    await activated({ ok: true, grant });
    grant.answer = 'quota';
    move(1, 0);
    clock.advance(1000);
    expect(await engine.streams[0]?.ended).toBe('quota');
  });
});

describe('a running stream', () => {
  it('ends when no byte moves in either direction for too long [S5B-P-84]', async () => {
    await activated({ ok: true, grant: new RecordingGrant(MINUTE) });
    clock.advance(MINUTE);
    expect(await engine.streams[0]?.ended).toBe('idle-timeout');
  });

  it.each([
    [100, 0],
    [0, 100],
  ])(
    'goes on while bytes move one way only: %i there, %i back [S5B-P-84] (clients.md 2.16)',
    async (there, back) => {
      await activated({ ok: true, grant: new RecordingGrant(MINUTE) });
      for (let round = 1; round <= 5; round++) {
        move(there * round, back * round);
        clock.advance(MINUTE - 1000);
      }
      await end();
      expect(observer.of('stream-closed')[0]?.summary.reason).toBe('finished');
    },
  );

  it('ends when it has run as long as it may, also in full flow [S5B-P-85]', async () => {
    await activated({ ok: true, grant: new RecordingGrant(Number.POSITIVE_INFINITY, MINUTE) });
    for (let second = 1; second <= 60; second++) {
      move(second, 0);
      clock.advance(1000);
    }
    expect(await engine.streams[0]?.ended).toBe('duration-limit');
  });

  it('is watched by a timer only while there is one', async () => {
    await activated({ ok: true, grant: new RecordingGrant() });
    expect(clock.pending).toBe(1);
    await end();
    expect(clock.pending).toBe(0);
  });
});

function tableWith(verdict: AdmissionVerdict): Table {
  const admission = {
    admit(applicant: Applicant) {
      applicants.push(applicant);
      return verdict;
    },
  };
  const options = { maxWaiting: 10, maxStreams: 10, pendingMs: MINUTE };
  return new Table(engine, clock, observer, options, admission);
}

async function activated(verdict: AdmissionVerdict) {
  const table = tableWith(verdict);
  const peers = [new FakePeer(), new FakePeer()];
  for (const peer of peers) table.join(KEY, peer.remote, () => peer);
  const answer = await table.activate([KEY], PARTIES);
  expect(answer).toEqual(verdict.ok ? { ok: true } : verdict);
  return { table, peers };
}

function move(firstToSecond: number, secondToFirst: number): void {
  const stream = engine.streams[0];
  if (stream) stream.counts = { firstToSecond, secondToFirst };
}

async function end(): Promise<void> {
  engine.streams[0]?.abort('finished');
  await engine.streams[0]?.ended;
  await Promise.resolve();
}
