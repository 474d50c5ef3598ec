// docs/COMPLIANCE.md is what the tags and the test titles of this checkout give.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { gatherEvidence } from '../../../scripts/compliance/evidence.ts';
import { notes } from '../../../scripts/compliance/notes.ts';
import { report } from '../../../scripts/compliance/report.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));

test('docs/COMPLIANCE.md is current (else: npm run docs)', () => {
  const written = readFileSync(join(root, 'docs/COMPLIANCE.md'), 'utf8');
  expect(written.split('\n')).toEqual(report(gatherEvidence(root)).split('\n'));
});

test('every note of docs/COMPLIANCE.md is about a requirement of the checklist', () => {
  const known = gatherEvidence(root).map(({ requirement }) => requirement.id);
  expect(notes.filter(({ id }) => !known.includes(id))).toEqual([]);
});
