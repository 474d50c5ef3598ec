// The keys of `quotas`: sizes, where the store is, and what goes together.

import { basename, dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../../src/config/load.ts';
import { formatProblem } from '../../../src/config/problem.ts';
import { configFile } from '../../support/config-file.ts';

const MINIMAL = 'xmpp: { domain: proxy.example.org, secret: s3cr3t }\n';
const NONE = Number.POSITIVE_INFINITY;

/** The section as it is used, or the problems with the file's folder left out. */
async function load(content: string, environment: Record<string, string> = {}) {
  const file = configFile(`${MINIMAL}${content}`);
  const loaded = await loadConfig({ file, environment });
  if (loaded.ok) return { file, quotas: loaded.config.quotas, problems: [] };
  const problems = loaded.problems.map((problem) => formatProblem(problem).replaceAll(file, basename(file)));
  return { file, quotas: undefined, problems };
}

describe('quotas', () => {
  it('are none unless they are said, and then need no store', async () => {
    const { quotas } = await load('');
    expect(quotas).toEqual({
      user: { day: NONE, month: NONE },
      domain: { day: NONE, month: NONE },
      atQuota: 'end',
      slowRate: 65_536,
    });
  });

  it('are sizes; the store is a folder as seen from the file', async () => {
    const { file, quotas } = await load(
      'quotas: { user: { day: 10GB }, domain: { month: 2TiB }, atQuota: slow, slowRate: 32KiB, store: state/quotas }',
    );
    expect(quotas).toEqual({
      user: { day: 10e9, month: NONE },
      domain: { day: NONE, month: 2 * 1024 ** 4 },
      atQuota: 'slow',
      slowRate: 32_768,
      store: join(dirname(file), 'state/quotas'),
    });
  });

  it('take their store from the environment as seen from the working folder', async () => {
    const { quotas } = await load('quotas: { user: { day: 10GB } }', { STREAMHOST_QUOTAS_STORE: 'state' });
    expect(quotas?.store).toBe(join(process.cwd(), 'state'));
  });

  it.each([
    ['in general', 'quotas: { domain: { day: 1GB } }', 'streamhost.yaml:2'],
    [
      'in a class',
      'classes:\n  - { name: few, match: { jids: [example.com] }, quotas: { user: { month: 1GB } } }',
      'streamhost.yaml',
    ],
  ])('%s without a store are refused', async (_, content, where) => {
    const { problems } = await load(content);
    expect(problems).toEqual([
      `${where}: quotas.store: missing, expected the path of a folder that keeps what quotas count`,
    ]);
  });

  it('that are no sizes are refused by name', async () => {
    const { problems } = await load('quotas: { user: { day: lots }, store: state }');
    expect(problems).toEqual([
      'streamhost.yaml:2: quotas.user.day: found "lots", expected bytes from 1 to 1024TiB, such as 4096, 64KiB, 10MB or 1GB, or none',
    ]);
  });
});
