// Configuration files in a folder of their own, gone after the test.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A new folder for this test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'streamhost-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** Writes a file that only its owner can read; returns its path. */
export function writeIn(folder: string, name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content, { mode: 0o600 });
  return path;
}

/** A configuration file in a folder of its own; returns its path. */
export function configFile(content: string): string {
  return writeIn(temporaryFolder(), 'streamhost.yaml', content);
}
