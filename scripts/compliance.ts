// Writes docs/COMPLIANCE.md; with --check says whether it is current, with --missing what still lacks a tag or a test.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gatherEvidence } from './compliance/evidence.ts';
import { report, statusOf } from './compliance/report.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const target = join(root, 'docs/COMPLIANCE.md');

function missing(): string {
  const gaps = gatherEvidence(root).flatMap((evidence) => {
    const { requirement, sources, tests, later } = evidence;
    if (later !== undefined || statusOf(evidence) === 'done') return [];
    const lacks = [...(sources.length === 0 ? ['tag'] : []), ...(tests.length === 0 ? ['test'] : [])];
    return [`${requirement.id}\tlacks ${lacks.join(' and ')}\t${requirement.text}`];
  });
  return [...gaps, `${gaps.length} in scope lack a source tag or a test title`].join('\n');
}

function main(mode: string | undefined): number {
  if (mode === '--missing') {
    console.log(missing());
    return 0;
  }
  if (mode !== undefined && mode !== '--check') {
    console.error(`unknown option ${mode}: expected --check, --missing or nothing`);
    return 2;
  }
  const current = report(gatherEvidence(root));
  if (mode === undefined) {
    writeFileSync(target, current);
    return 0;
  }
  if (readFileSync(target, 'utf8') === current) return 0;
  console.error('docs/COMPLIANCE.md is not current: run npm run docs');
  return 1;
}

try {
  process.exitCode = main(process.argv[2]);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
