// What Prometheus's own tool says: of the metrics, and of the alert rules, of which none is without a test.

import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { Metrics } from '../../../src/ops/metrics.ts';
import { temporaryFolder, writeIn } from '../../support/config-file.ts';
import { describeWith } from '../../support/requirements.ts';

const run = promisify(execFile);
const RULES = fileURLToPath(new URL('../../../config/prometheus/streamhost.rules.yml', import.meta.url));
const TESTS = new URL('alerts.yaml', import.meta.url);

interface Rules {
  readonly groups: readonly { readonly rules: readonly { readonly alert?: string }[] }[];
}

describeWith(['prometheus'], 'the metrics', () => {
  it('are named and described as promtool wants it', async () => {
    const nothing = { firstToSecond: 0, secondToFirst: 0 };
    const readings = { connectionsWaiting: () => 0, streamsActive: () => 0, relayed: () => nothing };
    const { text } = await new Metrics({ version: '0', engine: 'stream', readings }).expose();
    const check = run('promtool', ['check', 'metrics']);
    check.child.stdin?.end(text);
    await expect(check).resolves.toEqual({ stdout: '', stderr: '' });
  });
});

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
