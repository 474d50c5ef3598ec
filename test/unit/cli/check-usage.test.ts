// What `check --explain` says of what was used.

import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { check } from '../../../src/cli/check.ts';
import { counterOf } from '../../../src/policy/quota-ledger.ts';
import { periodsAt } from '../../../src/policy/quota-periods.ts';
import { LmdbStore } from '../../../src/store/lmdb-store.ts';
import { temporaryFolder, writeIn } from '../../support/config-file.ts';

/** The output of `check --explain`, with a store in the folder that a daemon may have open. */
async function explain(folder: string, json = false): Promise<string> {
  const config = writeIn(
    folder,
    'streamhost.yaml',
    `xmpp: { domain: proxy.example.org, secret: s }\nquotas: { user: { month: 10GB }, store: quotas }\n`,
  );
  const result = await check({ config, explain: 'ALICE@example.org/home', json }, {}, {});
  expect(result).toMatchObject({ exitCode: 0, stderr: '' });
  return result.stdout;
}

it('tells how much somebody has used, also while a daemon has the store open', async () => {
  const folder = temporaryFolder();
  const store = await LmdbStore.open(join(folder, 'quotas'));
  onTestFinished(() => store.close());
  const { month } = periodsAt(Date.now());
  await store.add([
    { ...counterOf('user', 'alice@example.org', month), bytes: 1_234_567_000 },
    { ...counterOf('domain', 'example.org', month), bytes: 2 ** 40 },
  ]);
  const text = await explain(folder);
  expect(text).toContain('Used\n  This requester: 0 bytes today, 1.2 GB this month (UTC).');
  expect(text).toContain('Its domain: 0 bytes today, 1 TiB this month (UTC).');
  expect(JSON.parse(await explain(folder, true))).toMatchObject({
    explain: { used: { user: { day: 0, month: 1_234_567_000 }, domain: { day: 0, month: 2 ** 40 } } },
  });
});

it('tells that nothing was used where no daemon has run yet', async () => {
  expect(await explain(temporaryFolder())).toContain('This requester: 0 bytes today, 0 bytes this month');
});

it('tells why it cannot be read', async () => {
  const folder = temporaryFolder();
  await (await LmdbStore.open(join(folder, 'quotas'))).close();
  writeIn(join(folder, 'quotas'), 'data.mdb', 'not a store '.repeat(1000));
  expect(await explain(folder)).toMatch(/Used\n {2}Cannot be read: .*data\.mdb is damaged/);
});
