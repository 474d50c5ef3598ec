// What every quota store does, in the words of QuotaStore. [S5B-P-85]

import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { QuotaStore } from '../../src/policy/quota-store.ts';
import { temporaryFolder } from '../support/config-file.ts';
import { quotaStores, type StoreUnderTest } from './quota-stores.ts';

const DAY = '2026-11-23';
const MONTH = '2026-11';
const alice = (period: string) => ({ period, subject: 'user alice@example.org' });
const bob = (period: string) => ({ period, subject: 'user bob@example.net' });

/** Opens stores in one place; the end of the test closes them. */
function place(store: StoreUnderTest): () => Promise<QuotaStore> {
  const { open } = store.create(join(temporaryFolder(), 'quotas'));
  return async () => {
    const opened = await open();
    onTestFinished(() => opened.close());
    return opened;
  };
}

describe.each(quotaStores)('the quota store $name', (under) => {
  it('answers an addition with the new sums, in the order of the increments', async () => {
    const store = await place(under)();
    await store.add([{ ...alice(DAY), bytes: 100 }]);
    const sums = await store.add([
      { ...bob(DAY), bytes: 7 },
      { ...alice(DAY), bytes: 1 },
    ]);
    expect(sums).toEqual([7, 101]);
  });

  it('adds twice to a sum that is in a batch twice', async () => {
    const store = await place(under)();
    const twice = [
      { ...alice(DAY), bytes: 5 },
      { ...alice(DAY), bytes: 6 },
    ];
    expect(await store.add(twice)).toEqual([5, 11]);
    expect(await store.read([alice(DAY)])).toEqual([11]);
  });

  it('reads 0 where nothing was added', async () => {
    const store = await place(under)();
    await store.add([{ ...alice(DAY), bytes: 100 }]);
    expect(await store.read([bob(DAY), alice(DAY), alice(MONTH)])).toEqual([0, 100, 0]);
  });

  it('is exact up to 2^53 and stays there beyond', async () => {
    const store = await place(under)();
    const most = Number.MAX_SAFE_INTEGER;
    expect(await store.add([{ ...alice(DAY), bytes: most - 1 }])).toEqual([most - 1]);
    expect(await store.add([{ ...alice(DAY), bytes: 1 }])).toEqual([most]);
    expect(await store.add([{ ...alice(DAY), bytes: most }])).toEqual([most]);
    expect(await store.read([alice(DAY)])).toEqual([most]);
  });

  it('has what was added when it is opened again', async () => {
    const open = place(under);
    const before = await open();
    await before.add([{ ...alice(DAY), bytes: 100 }]);
    await before.close();
    const after = await open();
    expect(await after.add([{ ...alice(DAY), bytes: 1 }])).toEqual([101]);
  });

  it('is shared by two who have it open at once', async () => {
    const open = place(under);
    const [one, other] = [await open(), await open()];
    await Promise.all(
      Array.from({ length: 20 }, (_, index) => (index % 2 ? one : other).add([{ ...alice(DAY), bytes: 1 }])),
    );
    expect(await one.read([alice(DAY)])).toEqual([20]);
    expect(await other.add([{ ...alice(DAY), bytes: 1 }])).toEqual([21]);
  });

  it('answers in the order of the calls', async () => {
    const store = await place(under)();
    const answers: string[] = [];
    const note = (name: string) => () => void answers.push(name);
    await Promise.all([
      store.add([{ ...alice(DAY), bytes: 1 }]).then(note('add')),
      store.read([alice(DAY)]).then(note('read')),
      store.add([{ ...alice(DAY), bytes: 1 }]).then(note('add again')),
    ]);
    expect(answers).toEqual(['add', 'read', 'add again']);
  });

  it('drops the days and the months that are too old, and no others', async () => {
    const store = await place(under)();
    const periods = ['2026-09', '2026-10', '2026-11', '2026-11-20', '2026-11-21', '2026-11-22', '2025-12-31'];
    const counters = periods.flatMap((period) => [alice(period), bob(period)]);
    await store.add(counters.map((counter) => ({ ...counter, bytes: 1 })));
    await store.forget({ day: '2026-11-21', month: '2026-10' });
    const kept = await store.read(counters);
    expect(counters.filter((_, index) => kept[index] === 1)).toEqual(
      ['2026-10', '2026-11', '2026-11-21', '2026-11-22'].flatMap((period) => [alice(period), bob(period)]),
    );
  });

  it('keeps the longest JIDs apart, whatever is in them', async () => {
    const store = await place(under)();
    const jid = (end: string) => ({
      period: DAY,
      subject: `user ${'ü'.repeat(511)}@${'example.'.repeat(127)}${end}`,
    });
    await store.add([
      { ...jid('org'), bytes: 1 },
      { ...jid('net'), bytes: 2 },
    ]);
    expect(await store.read([jid('org'), jid('net')])).toEqual([1, 2]);
  });

  it('can be closed twice, and refuses what is asked afterwards', async () => {
    const store = await place(under)();
    await Promise.all([store.close(), store.close()]);
    await expect(store.add([{ ...alice(DAY), bytes: 1 }])).rejects.toThrow('the store is closed');
    await expect(store.read([alice(DAY)])).rejects.toThrow('the store is closed');
  });
});
