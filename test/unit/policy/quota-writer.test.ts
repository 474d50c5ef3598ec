// How sums come to the store: together, soon, and in spite of failures. [S5B-P-85]

import { describe, expect, it } from 'vitest';
import { LedgerUnderTest, limits, settled } from '../../support/quota-ledger.ts';

const ALICE = ['alice@example.org', 'example.org'] as const;
const BOB = ['bob@example.org', 'example.org'] as const;
const DISC_FULL = new Error('No space left on device');

describe('writing', () => {
  it('puts all that one turn has charged into one batch, a moment later', async () => {
    const under = new LedgerUnderTest();
    under.ledger.charge(...ALICE, 100, limits());
    under.ledger.charge(...BOB, 20, limits());
    under.ledger.charge(...ALICE, 3, limits());
    await under.advance(49);
    expect(under.store.batches).toEqual([]);
    await under.advance(1);
    expect(under.store.batches).toEqual([
      [
        { period: '2026-11-23', subject: 'user alice@example.org', bytes: 103 },
        { period: '2026-11', subject: 'user alice@example.org', bytes: 103 },
        { period: '2026-11-23', subject: 'domain example.org', bytes: 123 },
        { period: '2026-11', subject: 'domain example.org', bytes: 123 },
        { period: '2026-11-23', subject: 'user bob@example.org', bytes: 20 },
        { period: '2026-11', subject: 'user bob@example.org', bytes: 20 },
      ],
    ]);
  });

  it('happens only when something was charged', async () => {
    const under = new LedgerUnderTest();
    under.ledger.charge(...ALICE, 100, limits());
    await under.advance(50);
    await under.advance(60_000);
    expect(under.store.batches).toHaveLength(1);
  });

  it('takes what is charged meanwhile to the next batch', async () => {
    const under = new LedgerUnderTest();
    let go = () => {};
    under.store.hold = new Promise((resolve) => {
      go = resolve;
    });
    under.ledger.charge(...ALICE, 100, limits());
    await under.advance(50);
    under.ledger.charge(...ALICE, 11, limits());
    go();
    await settled();
    await under.advance(50);
    expect(under.store.batches.map(([first]) => first?.bytes)).toEqual([100, 11]);
    expect(under.ledger.state().unwrittenBytes).toBe(0);
  });
});

describe('a store that fails', () => {
  it('is told once, counting goes on, and all of it is written when it works again', async () => {
    const under = new LedgerUnderTest();
    under.store.failure = DISC_FULL;
    const quota = limits({ userDay: 1000 });
    under.ledger.charge(...ALICE, 600, quota);
    await under.advance(50);
    await under.advance(1000);
    await under.advance(2000);
    expect(under.told).toEqual(['write failed: No space left on device']);
    expect(under.ledger.charge(...ALICE, 400, quota).ok).toBe(false);
    expect(under.ledger.state()).toMatchObject({ unwrittenBytes: 1000, writes: 0, failures: 3 });
    under.store.failure = undefined;
    await under.advance(4000);
    expect(under.told).toEqual(['write failed: No space left on device', 'write works again after 7000 ms']);
    expect(await under.stored('2026-11-23', 'user alice@example.org')).toBe(1000);
    expect(under.ledger.state().unwrittenBytes).toBe(0);
  });

  it('is tried more and more slowly, at least every 30 seconds', async () => {
    const under = new LedgerUnderTest();
    under.store.failure = DISC_FULL;
    under.ledger.charge(...ALICE, 600, limits());
    await under.advance(50);
    const failures: number[] = [];
    for (const pause of [1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]) {
      await under.advance(pause);
      failures.push(under.ledger.state().failures);
    }
    expect(failures).toEqual([2, 3, 4, 5, 6, 7, 8]);
  });

  it('is not taken for one that works because it can be read', async () => {
    const under = new LedgerUnderTest();
    under.store.failure = DISC_FULL;
    under.ledger.charge(...ALICE, 600, limits());
    await under.advance(50);
    under.store.failure = undefined;
    await under.ledger.recall(...BOB);
    expect(under.told).toEqual(['write failed: No space left on device']);
  });

  it('lets the requester pass who could not be looked up', async () => {
    const under = new LedgerUnderTest();
    under.store.failure = new Error('Input/output error');
    await under.ledger.recall(...ALICE);
    expect(under.ledger.check(...ALICE, limits({ userDay: 1 }))).toMatchObject({ ok: true });
    expect(under.told).toEqual(['read failed: Input/output error']);
  });

  it('takes no more memory than it may: what has no room is not counted, and that is told', async () => {
    const under = new LedgerUnderTest({ capacity: 8 });
    under.store.failure = DISC_FULL;
    const charge = (name: string) =>
      under.ledger.charge(`${name}@${name}.example`, `${name}.example`, 100, limits());
    charge('alice');
    charge('bob');
    expect(charge('carol')).toMatchObject({ ok: true });
    expect(under.ledger.state().uncountedBytes).toBe(100);
    under.store.failure = undefined;
    await under.advance(50);
    charge('carol');
    expect(under.ledger.state()).toMatchObject({ uncountedBytes: 100, unwrittenBytes: 100 });
  });
});

describe('a store that does not answer', () => {
  it('keeps a requester waiting for half a second at most', async () => {
    const under = new LedgerUnderTest();
    under.store.hold = new Promise(() => {});
    let passed = false;
    const recalled = under.ledger.recall(...ALICE).then(() => {
      passed = true;
    });
    await under.advance(499);
    expect(passed).toBe(false);
    await under.advance(1);
    await recalled;
    expect(passed).toBe(true);
  });

  it('is told after ten seconds, and asked nothing twice', async () => {
    const under = new LedgerUnderTest();
    let go = () => {};
    under.store.hold = new Promise((resolve) => {
      go = resolve;
    });
    under.ledger.charge(...ALICE, 600, limits());
    await under.advance(50);
    await under.advance(10_000);
    expect(under.told).toEqual(['write failed: it has not answered for 10 s']);
    await under.advance(60_000);
    go();
    await settled();
    expect(under.store.batches).toHaveLength(1);
    expect(under.told.at(-1)).toMatch(/^write works again/);
    expect(await under.stored('2026-11-23', 'user alice@example.org')).toBe(600);
  });
});
