// Writes docs/COMPLIANCE.md; with --check says whether it is current, with --missing what still lacks a tag or a test.

import { fileURLToPath } from 'node:url';
import { type Evidence, gatherEvidence } from './compliance/evidence.ts';
import { report, statusOf } from './compliance/report.ts';
import { writeOrCheck } from './generated.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

function missing(evidence: readonly Evidence[]): string {
  const gaps = evidence.flatMap((row) => {
    const { requirement, sources, tests, later } = row;
    if (later !== undefined || statusOf(row) === 'done') return [];
    const lacks = [...(sources.length === 0 ? ['tag'] : []), ...(tests.length === 0 ? ['test'] : [])];
    return [`${requirement.id}\tlacks ${lacks.join(' and ')}\t${requirement.text}`];
  });
  return [...gaps, `${gaps.length} in scope lack a source tag or a test title`].join('\n');
}

function main(mode: string | undefined): number {
  const evidence = gatherEvidence(root);
  if (mode !== '--missing') return writeOrCheck({ 'docs/COMPLIANCE.md': report(evidence) }, mode);
  console.log(missing(evidence));
  return 0;
}

try {
  process.exitCode = main(process.argv[2]);
} catch (error) {
  // A tag that names no requirement: the message lists where.
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
