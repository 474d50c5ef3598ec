// The alert rules for Prometheus: promtool's own tests of them, and that none is without one.

import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { temporaryFolder, writeIn } from '../../support/config-file.ts';
import { describeWith } from '../../support/requirements.ts';

const run = promisify(execFile);
const RULES = fileURLToPath(new URL('../../../config/prometheus/streamhost.rules.yml', import.meta.url));
const TESTS = new URL('alerts.yaml', import.meta.url);

interface Rules {
  readonly groups: readonly { readonly rules: readonly { readonly alert?: string }[] }[];
}

describeWith(['prometheus'], 'the rules for Prometheus', () => {
  it('are well-formed', async () => {
    const { stdout } = await run('promtool', ['check', 'rules', RULES]);
    expect(stdout).toMatch(/SUCCESS: \d+ rules found/);
  });

  it('fire when they should, and only then', async () => {
    const tests = (await readFile(TESTS, 'utf8')).replace('[RULES]', JSON.stringify([RULES]));
    const file = writeIn(temporaryFolder(), 'alerts.yaml', tests);
    const { stdout } = await run('promtool', ['test', 'rules', file]).catch(
      (error: { stdout: string }) => error,
    );
    expect(stdout).toContain('SUCCESS');
    expect(stdout).not.toContain('FAILED');
  });

  it('have a test each', async () => {
    const { groups }: Rules = parse(await readFile(RULES, 'utf8'));
    const tests = await readFile(TESTS, 'utf8');
    const alerts = groups.flatMap(({ rules }) => rules.flatMap(({ alert }) => (alert ? [alert] : [])));
    expect(alerts).not.toEqual([]);
    const untested = alerts.filter((alert) => !new RegExp(`alertname[:=] ?"?${alert}"?[,}\\s]`).test(tests));
    expect(untested).toEqual([]);
  });
});
