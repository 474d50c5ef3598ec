// The files of a commit in a folder of their own: a release is made from these, not from what happens to lie around.

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export interface SourceTree {
  readonly folder: string;
  /** The commit, in hex. */
  readonly revision: string;
  /** Whether it holds tracked changes that are not committed. */
  readonly dirty: boolean;
  /** When the commit was made. */
  readonly committed: Date;
  remove(): void;
}

/** @throws Error when there are changes that are not committed, unless `allowDirty` takes them in */
export function exportTree(allowDirty: boolean): SourceTree {
  const changes = git('stash', 'create');
  if (changes !== '' && !allowDirty)
    throw new Error('there are changes that are not committed; commit them, or take them in with --dirty');
  const parent = mkdtempSync(join(tmpdir(), 'streamhost-release-'));
  const folder = join(parent, 'streamhost'); // npm calls the package in its bills after the folder
  mkdirSync(folder);
  const archive = join(parent, 'archive.tar');
  git('archive', '--format=tar', `--output=${archive}`, changes || 'HEAD');
  execFileSync('tar', ['-xf', archive, '-C', folder]);
  return {
    folder,
    revision: git('rev-parse', 'HEAD'),
    dirty: changes !== '',
    committed: new Date(Number(git('log', '-1', '--format=%ct')) * 1000),
    remove: () => rmSync(parent, { recursive: true }),
  };
}

function git(...args: readonly string[]): string {
  return execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' }).trim();
}
