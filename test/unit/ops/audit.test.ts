// The audit in a file of its own: its lines, its rotation, and a disk that takes nothing.

import { readFileSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { AuditFile, type AuditOptions } from '../../../src/ops/audit.ts';
import { temporaryFolder } from '../../support/config-file.ts';
import { Recorder } from '../../support/fake-relay.ts';
import { until } from '../../support/until.ts';
import { facts, KEY, summary } from './facts.ts';

const PLAIN = { jids: false, addresses: false };

function openAudit(options: Partial<AuditOptions> = {}) {
  const file = join(temporaryFolder(), 'audit.jsonl');
  const recorder = new Recorder();
  const audit = new AuditFile({ enabled: true, file, mask: PLAIN, ...options }, recorder);
  const lines = (path = file): Record<string, unknown>[] =>
    readFileSync(path, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line));
  return { audit, file, recorder, lines };
}

describe('the audit file', () => {
  it('has one line for a stream, and none for anything else', async () => {
    const { audit, lines } = openAudit();
    for (const fact of facts) audit.observe(fact);
    await audit.flush();
    expect(lines()).toEqual([
      {
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
        key: KEY,
        requester: 'alice@example.org/pda',
        target: 'bob@example.net/home',
        bytesFirstToSecond: 1000,
        bytesSecondToFirst: 24,
        durationMs: 1500,
        bytesPerSecond: 682,
        reason: 'finished',
        class: 'default',
        first: '192.0.2.1',
        second: '2001:db8::2',
      },
    ]);
  });

  it('can be read by nobody else', async () => {
    const { audit, file } = openAudit();
    await audit.flush();
    expect(statSync(file).mode & 0o077).toBe(0);
  });

  it('hides JIDs and addresses when it is told to, the same way after a restart [S5B-P-89]', async () => {
    const mask = { jids: true, addresses: true };
    const { audit, file, lines } = openAudit({ mask, key: 'a key' });
    audit.observe({ kind: 'stream-closed', summary });
    await audit.flush();
    const again = new AuditFile({ enabled: true, file, mask, key: 'a key' }, new Recorder());
    again.observe({ kind: 'stream-closed', summary });
    await again.flush();
    const [first, second] = lines().map(({ time: _, ...line }) => line);
    expect(JSON.stringify(first)).not.toMatch(/alice|bob|192\.0|2001:/);
    expect(second).toEqual(first);
  });

  it('is opened anew after it was rotated', async () => {
    const { audit, file, lines } = openAudit();
    audit.observe({ kind: 'stream-closed', summary });
    await audit.flush();
    renameSync(file, `${file}.1`);
    audit.reopen();
    await audit.flush();
    audit.observe({ kind: 'stream-closed', summary: { ...summary, reason: 'reset' } });
    await audit.flush();
    expect(lines(`${file}.1`).map(({ reason }) => reason)).toEqual(['finished']);
    expect(lines().map(({ reason }) => reason)).toEqual(['reset']);
  });

  it('is closed when the audit is switched off, and opened when it is switched on', async () => {
    const { audit, file, lines } = openAudit();
    audit.configure({ enabled: false, file, mask: PLAIN });
    audit.observe({ kind: 'stream-closed', summary });
    audit.configure({ enabled: true, file, mask: PLAIN });
    audit.observe({ kind: 'stream-closed', summary: { ...summary, reason: 'reset' } });
    await audit.flush();
    expect(lines().map(({ reason }) => reason)).toEqual(['reset']);
  });
});

describe('a disk that takes nothing', () => {
  it.runIf(process.platform === 'linux')(
    'is told once, ends nothing, and gets its lines when there is room',
    async () => {
      const { audit, file, recorder, lines } = openAudit({ file: '/dev/full' });
      for (let i = 0; i < 3; i++) {
        audit.observe({ kind: 'stream-closed', summary });
        await audit.flush();
      }
      expect(recorder.of('audit-failed')).toEqual([
        { kind: 'audit-failed', file: '/dev/full', error: expect.objectContaining({ code: 'ENOSPC' }) },
      ]);
      audit.configure({ enabled: true, file, mask: PLAIN });
      await until(async () => recorder.of('audit-resumed').length, 1);
      await audit.flush();
      expect(lines()).toHaveLength(3);
      expect(recorder.of('audit-resumed')).toEqual([{ kind: 'audit-resumed', file, lost: 0 }]);
    },
  );
});
