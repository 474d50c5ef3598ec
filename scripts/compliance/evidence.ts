// What the repository shows for each requirement: the files that carry its tag and the tests that name it.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { laterWork, parseRequirements, type Requirement } from './requirements.ts';
import { taggedIds } from './source-tags.ts';
import { type TestTag, testTags } from './test-tags.ts';

export interface Evidence {
  readonly requirement: Requirement;
  /** Files under src/, and documents where the requirement is to document something. */
  readonly sources: readonly string[];
  readonly tests: readonly { readonly file: string; readonly title: string }[];
  readonly later: string | undefined;
}

/** Some requirements ask for a statement, not for code; this is where it is made. */
const DOCUMENTS = ['SECURITY.md'];

/** Reads the checklist and the tree under `root`; throws when a tag names an id that is not in the checklist. */
export function gatherEvidence(root: string): Evidence[] {
  const requirements = parseRequirements(readFileSync(join(root, 'docs/requirements.tsv'), 'utf8'));
  const read = (file: string) => readFileSync(join(root, file), 'utf8');
  const sources = [...typescriptFiles(root, 'src'), ...DOCUMENTS].map((file) => ({
    file,
    ids: taggedIds(read(file)),
  }));
  const tests = typescriptFiles(root, 'test').map((file) => ({ file, tags: testTags(file, read(file)) }));
  refuseUnknown(requirements, sources, tests);
  return requirements.map((requirement) => ({
    requirement,
    sources: sources.filter(({ ids }) => ids.includes(requirement.id)).map(({ file }) => file),
    tests: tests.flatMap(({ file, tags }) =>
      tags.filter(({ id }) => id === requirement.id).map(({ title }) => ({ file, title })),
    ),
    later: laterWork(requirement.id),
  }));
}

function refuseUnknown(
  requirements: readonly Requirement[],
  sources: readonly { file: string; ids: readonly string[] }[],
  tests: readonly { file: string; tags: readonly TestTag[] }[],
): void {
  const known = new Set(requirements.map(({ id }) => id));
  const used = [...sources, ...tests.map(({ file, tags }) => ({ file, ids: tags.map(({ id }) => id) }))];
  const unknown = used.flatMap(({ file, ids }) =>
    ids.filter((id) => !known.has(id)).map((id) => `${file}: ${id} is not in docs/requirements.tsv`),
  );
  if (unknown.length > 0) throw new Error(unknown.join('\n'));
}

/** All *.ts files below a folder, as paths from the root with forward slashes, sorted. */
function typescriptFiles(root: string, folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => join(folder, file).replaceAll('\\', '/'))
    .sort();
}
