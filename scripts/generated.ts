// Writes generated files, or says which of them are not current.

import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Contents by path from the root of the repository. */
export type Generated = Readonly<Record<string, string>>;

/** With `--check` nothing is written; the exit code is 1 when a file is not current. */
export function writeOrCheck(files: Generated, mode: string | undefined): number {
  if (mode !== undefined && mode !== '--check') {
    console.error(`unknown option ${mode}: expected --check or nothing`);
    return 2;
  }
  if (mode === undefined) {
    for (const [path, content] of Object.entries(files)) writeFileSync(fromRoot(path), content);
    return 0;
  }
  const stale = staleAmong(files);
  for (const path of stale) console.error(`${path} is not current: run npm run docs`);
  return stale.length === 0 ? 0 : 1;
}

/** The files whose content on disk is another one. */
export function staleAmong(files: Generated): string[] {
  return Object.entries(files).flatMap(([path, content]) => (read(path) === content ? [] : [path]));
}

/** A Markdown table. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function read(path: string): string | undefined {
  try {
    return readFileSync(fromRoot(path), 'utf8');
  } catch {
    return undefined;
  }
}

function fromRoot(path: string): string {
  return fileURLToPath(new URL(`../${path}`, import.meta.url));
}
