// Verdicts on who has used how much of which quota. [S5B-P-85]

import { describe, expect, it } from 'vitest';
import { MemoryStore } from '../../support/memory-store.ts';
import { LedgerUnderTest, limits, settled } from '../../support/quota-ledger.ts';

const ALICE = ['alice@example.org', 'example.org'] as const;
const BOB = ['bob@example.org', 'example.org'] as const;
const CAROL = ['carol@example.net', 'example.net'] as const;
const over = (text: string) => expect.objectContaining({ ok: false, text: expect.stringContaining(text) });

describe('a quota', () => {
  it('is used up by the byte that reaches it, and not by the one before', () => {
    const { ledger } = new LedgerUnderTest();
    const quota = limits({ userDay: 1000 });
    expect(ledger.charge(...ALICE, 999, quota)).toMatchObject({ ok: true });
    expect(ledger.check(...ALICE, quota)).toMatchObject({ ok: true });
    expect(ledger.charge(...ALICE, 1, quota)).toEqual({
      ok: false,
      text: 'Your quota of 1 kB a day is used up until 2026-11-24 00:00 UTC.',
      endsAt: Date.parse('2026-11-24T00:00:00Z'),
    });
    expect(ledger.check(...ALICE, quota)).toEqual(over('Your quota'));
    expect(ledger.check(...BOB, quota)).toMatchObject({ ok: true });
  });

  it('leaves what the narrower of day and month has, to the person and to the domain', () => {
    const { ledger } = new LedgerUnderTest();
    const quota = limits({ userDay: 1000, userMonth: 1200, domainMonth: 5000 });
    expect(ledger.check(...ALICE, quota)).toEqual({ ok: true, left: { user: 1000, domain: 5000 } });
    expect(ledger.charge(...ALICE, 300, quota)).toEqual({ ok: true, left: { user: 700, domain: 4700 } });
    expect(ledger.check(...BOB, limits())).toEqual({ ok: true, left: { user: Infinity, domain: Infinity } });
  });

  it('of a domain is shared by all who are in it, and by nobody else', () => {
    const { ledger } = new LedgerUnderTest();
    const quota = limits({ domainMonth: 1000 });
    ledger.charge(...ALICE, 600, quota);
    expect(ledger.charge(...BOB, 400, quota)).toEqual(over('The quota of your domain of 1 kB a month'));
    expect(ledger.check(...ALICE, quota)).toEqual(over('until 2026-12-01 00:00 UTC'));
    expect(ledger.check(...CAROL, quota)).toMatchObject({ ok: true });
  });

  it('that ends last is the one that is told, when several are used up', () => {
    const { ledger } = new LedgerUnderTest();
    const verdict = ledger.charge(...ALICE, 5000, limits({ userDay: 1000, userMonth: 5000, domainDay: 10 }));
    expect(verdict).toEqual(over('Your quota of 5 kB a month'));
  });

  it('begins anew with the day, and that of the month does not', async () => {
    const under = new LedgerUnderTest({ at: '2026-11-23T23:59:59Z' });
    const quota = limits({ userDay: 1000, userMonth: 1500 });
    expect(under.ledger.charge(...ALICE, 1000, quota)).toEqual(over('a day'));
    await under.advance(1000);
    expect(under.ledger.check(...ALICE, quota)).toMatchObject({ ok: true });
    expect(under.ledger.charge(...ALICE, 500, quota)).toEqual(over('a month'));
  });

  it('is judged by what the store has, once that was recalled', async () => {
    const store = new MemoryStore();
    await store.add([{ period: '2026-11', subject: 'user alice@example.org', bytes: 900 }]);
    const under = new LedgerUnderTest({ store });
    const quota = limits({ userMonth: 1000 });
    await under.ledger.recall(...ALICE);
    expect(under.ledger.check(...ALICE, quota)).toMatchObject({ ok: true });
    expect(under.ledger.charge(...ALICE, 100, quota)).toEqual(over('a month'));
  });

  it('is judged right after the first write, when nothing was recalled', async () => {
    const store = new MemoryStore();
    await store.add([{ period: '2026-11', subject: 'user alice@example.org', bytes: 900 }]);
    const under = new LedgerUnderTest({ store });
    const quota = limits({ userMonth: 1000 });
    expect(under.ledger.charge(...ALICE, 100, quota)).toMatchObject({ ok: true });
    await under.advance(50);
    expect(under.ledger.check(...ALICE, quota)).toEqual(over('a month'));
  });

  it('is used by every process that has the store open', async () => {
    const sums = new Map<string, bigint>();
    const [draining, next] = [
      new LedgerUnderTest({ store: new MemoryStore(sums) }),
      new LedgerUnderTest({ store: new MemoryStore(sums) }),
    ];
    const quota = limits({ userDay: 1000 });
    draining.ledger.charge(...ALICE, 600, quota);
    next.ledger.charge(...ALICE, 300, quota);
    await draining.advance(50);
    await next.advance(50);
    draining.ledger.charge(...ALICE, 100, quota);
    await draining.advance(50);
    expect(draining.ledger.check(...ALICE, quota)).toEqual(over('a day'));
    await next.advance(1000);
    await next.ledger.recall(...ALICE);
    expect(next.ledger.check(...ALICE, quota)).toEqual(over('a day'));
  });

  it('is exact far beyond 32 bits', async () => {
    const under = new LedgerUnderTest();
    const quota = limits({ userMonth: 2 ** 50 });
    under.ledger.charge(...ALICE, 2 ** 50 - 1, quota);
    await under.advance(50);
    expect(under.ledger.check(...ALICE, quota)).toMatchObject({ ok: true });
    expect(under.ledger.charge(...ALICE, 1, quota)).toEqual(over('1024 TiB a month'));
  });
});

describe('a wall clock that is set', () => {
  it('back or ahead loses no byte and counts none twice', async () => {
    const under = new LedgerUnderTest();
    const quota = limits({ userDay: 1000, userMonth: 10_000 });
    const times = [
      '2026-11-23T12:00:00Z',
      '2027-05-01T00:00:00Z',
      '2026-11-22T23:00:00Z',
      '2026-11-23T11:00:00Z',
    ];
    for (const [index, time] of times.entries()) {
      under.setWallClock(time);
      under.ledger.charge(...ALICE, 10 ** index, quota);
      await under.advance(index % 2 ? 50 : 10);
    }
    await under.advance(50);
    const subject = 'user alice@example.org';
    const days = ['2026-11-22', '2026-11-23', '2027-05-01'];
    expect(await Promise.all(days.map((day) => under.stored(day, subject)))).toEqual([100, 1001, 10]);
    expect(await under.stored('2026-11', subject)).toBe(1101);
    expect(await under.stored('2027-05', subject)).toBe(10);
  });

  it('back finds what was used before', async () => {
    const under = new LedgerUnderTest();
    const quota = limits({ userDay: 1000 });
    under.ledger.charge(...ALICE, 1000, quota);
    under.setWallClock('2026-11-24T00:00:01Z');
    expect(under.ledger.check(...ALICE, quota)).toMatchObject({ ok: true });
    under.setWallClock('2026-11-23T23:00:00Z');
    expect(under.ledger.check(...ALICE, quota)).toEqual(over('a day'));
  });

  it('ahead makes nobody forget what it will need again', async () => {
    const under = new LedgerUnderTest();
    under.setWallClock('2036-01-01T00:00:00Z');
    await under.advance(3_600_000);
    expect(under.store.forgotten).toEqual([]);
    under.setWallClock('2026-11-23T13:00:00Z');
    await under.advance(3_600_000);
    expect(under.store.forgotten).toEqual([]);
  });
});

describe('what is old', () => {
  it('is dropped from the store once an hour', async () => {
    const under = new LedgerUnderTest();
    await under.advance(3_600_000);
    await under.advance(3_600_000);
    expect(under.store.forgotten).toEqual(new Array(2).fill({ day: '2026-11-21', month: '2026-10' }));
  });

  it('leaves the memory when others need the room', async () => {
    const under = new LedgerUnderTest({ capacity: 8 });
    const quota = limits({ userDay: 1000 });
    for (const name of ['alice', 'bob', 'carol', 'dave']) {
      under.ledger.charge(`${name}@${name}.example`, `${name}.example`, 1000, quota);
      await under.advance(50);
    }
    await under.ledger.recall('alice@alice.example', 'alice.example');
    expect(under.ledger.check('alice@alice.example', 'alice.example', quota)).toEqual(over('a day'));
    expect(under.ledger.state().uncountedBytes).toBe(0);
  });
});

describe('the state of the ledger', () => {
  it('has the highest share of any quota in use, of this day and this month', async () => {
    const under = new LedgerUnderTest({ at: '2026-11-23T23:59:00Z' });
    const quota = limits({ userDay: 1000, domainMonth: 8000 });
    under.ledger.charge(...ALICE, 500, quota);
    under.ledger.charge(...CAROL, 250, quota);
    expect(under.ledger.state().highestShare).toBe(0.5);
    await under.advance(60_000);
    expect(under.ledger.state().highestShare).toBe(500 / 8000);
  });

  it('counts each byte that a kill would lose once, until it is written', async () => {
    const under = new LedgerUnderTest();
    under.ledger.charge(...ALICE, 500, limits());
    under.ledger.charge(...BOB, 1, limits());
    expect(under.ledger.state().unwrittenBytes).toBe(501);
    await under.advance(50);
    expect(under.ledger.state()).toMatchObject({ unwrittenBytes: 0, writes: 1, failures: 0 });
  });
});

describe('the end of the ledger', () => {
  it('writes what is left, then closes the store, once', async () => {
    const under = new LedgerUnderTest();
    under.ledger.charge(...ALICE, 500, limits());
    await Promise.all([under.ledger.close(), under.ledger.close()]);
    expect(under.store.batches).toHaveLength(1);
    expect(under.store.closed).toBe(true);
    expect(under.clock.pending).toBe(0);
  });

  it('does not wait for ever for a store that does not answer', async () => {
    const under = new LedgerUnderTest();
    under.store.hold = new Promise(() => {});
    under.ledger.charge(...ALICE, 500, limits());
    const closed = under.ledger.close();
    await settled();
    await under.advance(3000);
    await closed;
    expect(under.told).toEqual(['write failed: the last write took too long']);
  });
});
