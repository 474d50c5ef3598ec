// The store's file in bad days: killed writers, a full disc, a damaged file, a thread that dies. [S5B-P-85]

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { LmdbSums } from '../../src/store/lmdb.ts';
import { LmdbStore } from '../../src/store/lmdb-store.ts';
import { readUsage } from '../../src/store/read-usage.ts';
import { StoreThread } from '../../src/store/store-thread.ts';
import { temporaryFolder } from '../support/config-file.ts';
import { describeWith } from '../support/requirements.ts';
import { SmallDisc } from '../support/small-disc.ts';

const DAY = '2026-11-23';
const alice = { period: DAY, subject: 'user alice@example.org' };
const ADDER = fileURLToPath(new URL('../support/quota-adder.ts', import.meta.url));

async function open(folder: string): Promise<LmdbStore> {
  const store = await LmdbStore.open(folder);
  onTestFinished(() => store.close());
  return store;
}

describe('the file of the store', () => {
  it('can be read by its owner only, because JIDs are in it', async () => {
    const folder = join(temporaryFolder(), 'state', 'quotas');
    const umask = process.umask(0);
    onTestFinished(() => void process.umask(umask));
    await open(folder);
    const modes = readdirSync(folder).map((file) => statSync(join(folder, file)).mode & 0o777);
    expect([statSync(folder).mode & 0o777, ...modes]).toEqual([0o700, 0o600, 0o600]);
  });

  it('is refused when it is something else, rather than mapped', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'data.mdb'), Buffer.alloc(8192, 'A'));
    await expect(LmdbStore.open(folder)).rejects.toThrow('is damaged, or is no store of ours; move it away');
  });

  it('is refused when its end is missing, rather than read until a signal ends us', async () => {
    const folder = temporaryFolder();
    const store = await LmdbStore.open(folder);
    await store.add(
      Array.from({ length: 5000 }, (_, n) => ({ period: DAY, subject: `user ${n}`, bytes: 1 })),
    );
    await store.close();
    truncateSync(join(folder, 'data.mdb'), 20_000);
    await expect(LmdbStore.open(folder)).rejects.toThrow('is damaged');
  });

  it('cannot be made where a file is in the way, and the error says so', async () => {
    const file = join(temporaryFolder(), 'file');
    writeFileSync(file, '');
    await expect(LmdbStore.open(join(file, 'quotas'))).rejects.toThrow('ENOTDIR');
  });

  it.runIf(process.platform === 'linux')(
    'cannot be made where the system makes no folders, and says so',
    async () => {
      await expect(LmdbStore.open('/proc/nowhere/quotas')).rejects.toThrow('ENOENT');
    },
  );

  it('is read by another program while we have it open, and not made by it', async () => {
    const folder = join(temporaryFolder(), 'quotas');
    expect(LmdbSums.openToRead(folder)).toBeUndefined();
    expect(existsSync(folder)).toBe(false);
    const store = await open(folder);
    await store.add([{ ...alice, bytes: 42 }]);
    const reader = LmdbSums.openToRead(folder);
    expect(reader?.read([alice])).toEqual([42]);
    await reader?.close();
  });
});

describe('what somebody has used', () => {
  const now = Date.parse('2026-11-23T12:00:00Z');

  it('is read while a daemon has the store open', async () => {
    const folder = join(temporaryFolder(), 'quotas');
    const store = await open(folder);
    await store.add([
      { ...alice, bytes: 1 },
      { period: '2026-11', subject: 'user alice@example.org', bytes: 20 },
      { period: DAY, subject: 'domain example.org', bytes: 300 },
    ]);
    expect(await readUsage(folder, 'alice@example.org', 'example.org', now)).toEqual({
      user: { day: 1, month: 20 },
      domain: { day: 300, month: 0 },
    });
  });

  it('is nothing where no store is yet, and none is made', async () => {
    const folder = join(temporaryFolder(), 'quotas');
    expect(await readUsage(folder, 'alice@example.org', 'example.org', now)).toEqual({
      user: { day: 0, month: 0 },
      domain: { day: 0, month: 0 },
    });
    expect(existsSync(folder)).toBe(false);
  });
});

describe('a process that is killed while it adds', () => {
  it('leaves what it had added, and a file that others go on with', async () => {
    const folder = join(temporaryFolder(), 'quotas');
    const store = await open(folder);
    let sure = 0;
    for (let round = 0; round < 3; round++) {
      sure += await killAfter(200, spawnAdder(folder));
      const [sum = 0] = await store.add([{ ...alice, bytes: 0 }]);
      expect(sum).toBeGreaterThanOrEqual(sure);
      expect(sum - sure).toBeLessThanOrEqual(round + 1); // the one that was added and not yet told
    }
  });
});

describe('the thread of the store', () => {
  it('is replaced when it dies: what was asked of it fails, what is asked next does not', async () => {
    const folder = join(temporaryFolder(), 'quotas');
    const threads: StoreThread[] = [];
    const store = await LmdbStore.open(folder, async () => {
      const thread = await StoreThread.start(folder);
      threads.push(thread);
      return thread;
    });
    onTestFinished(() => store.close());
    await store.add([{ ...alice, bytes: 1 }]);
    const asked = store.read([alice]);
    threads[0]?.abandon('the test ends it');
    await expect(asked).rejects.toThrow(/the test ends it|the thread of the store/);
    expect(await store.add([{ ...alice, bytes: 1 }])).toEqual([2]);
    expect(threads).toHaveLength(2);
  });
});

describeWith(['tmpfs'], 'a full disc', () => {
  it('makes additions fail whole, and they work again when there is room', async () => {
    const disc = new SmallDisc('300k');
    const store = await open(join(disc.folder, 'quotas'));
    const batch = (n: number) =>
      Array.from({ length: 200 }, (_, index) => ({ period: DAY, subject: `user ${n}-${index}`, bytes: 1 }));
    let written = 0;
    const fill = async () => {
      for (; ; written++) await store.add(batch(written));
    };
    await expect(fill()).rejects.toThrow();
    expect(await store.read(batch(written))).toEqual(new Array(200).fill(0));
    expect(await store.read(batch(0))).toEqual(new Array(200).fill(1));
    await expect(store.add(batch(written))).rejects.toThrow();
    disc.grow('4m');
    expect(await store.add(batch(written))).toEqual(new Array(200).fill(1));
  });
});

function spawnAdder(folder: string): ChildProcess {
  const args = ['--import', 'tsx', ADDER, folder, alice.period, alice.subject];
  return spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
}

/** Kills it as soon as it has told so many additions; how many it had told in the end. */
async function killAfter(additions: number, child: ChildProcess): Promise<number> {
  let told = 0;
  child.stdout?.on('data', (chunk: Buffer) => {
    told += chunk.length;
    if (told >= additions) child.kill('SIGKILL');
  });
  await once(child, 'close');
  return told;
}
