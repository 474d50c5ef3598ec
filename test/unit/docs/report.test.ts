// How evidence is put into words in docs/COMPLIANCE.md.

import { expect, test } from 'vitest';
import type { Evidence } from '../../../scripts/compliance/evidence.ts';
import { report, shorten, statusOf } from '../../../scripts/compliance/report.ts';

const id = `ENT-${16}`;

function evidence(parts: Partial<Evidence> = {}): Evidence {
  const requirement = { id, section: 'D Entity', level: 'MUST*', source: '199', text: 'a ping', test: 'XS' };
  return { requirement, sources: [], tests: [], later: undefined, ...parts };
}

const sources = ['src/xmpp/handlers/ping.ts'];
const tests = [{ file: 'test/unit/xmpp/ping.test.ts', title: `answers <ping/> [${id}]` }];

test.each([
  ['done', { sources, tests }],
  ['tested only', { tests }],
  ['without test', { sources }],
  ['not yet', {}],
  ['partly', { sources, later: 'Jingle' }],
  ['later', { later: 'Jingle' }],
] as const)('the status is "%s"', (status, parts) => {
  expect(statusOf(evidence(parts))).toBe(status);
});

test('a row names files and tests without their folders, and escapes what would be markup', () => {
  expect(report([evidence({ sources, tests })])).toContain(
    `| ${id} | a ping | MUST\\* | xmpp/handlers/ping.ts | unit/xmpp/ping.test.ts: answers \\<ping/\\> | done |`,
  );
});

test('later work is listed by runs of ids', () => {
  const rows = [26, 27, 28, 30].map((number) => {
    const row = evidence({ later: 'ad-hoc commands' });
    return { ...row, requirement: { ...row.requirement, id: `ENT-${number}` } };
  });
  expect(report(rows)).toContain(`| ad-hoc commands | ENT-${26} to ENT-${28}, ENT-${30} |`);
});

test('a long text is cut between words and outside code spans', () => {
  expect(shorten('answers the request', 100)).toBe('answers the request');
  expect(shorten('answers the request at once', 20)).toBe('answers the request …');
  expect(shorten('answers `bad-request / modify` here', 24)).toBe('answers …');
});
