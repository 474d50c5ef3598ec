// Whether a program is on this machine, and which version.

import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { NotAvailableError } from './contender.ts';

const ASK_MS = 20_000;

/** Debian keeps some programs where only the superuser looks. */
const FOLDERS = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin'];

/** @throws NotAvailableError that says how to get it */
export function requireCommand(command: string, howToGet: string): void {
  const found = FOLDERS.some((folder) => {
    try {
      accessSync(join(folder, command), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
  if (!found) throw new NotAvailableError(`${command} is not on this machine: ${howToGet}`);
}

/** What a program says about itself; 'unknown version' if that does not match. */
export function versionOf(command: string, args: readonly string[], pattern: RegExp): string {
  const { stdout, stderr } = spawnSync(command, args, { encoding: 'utf8', timeout: ASK_MS });
  return pattern.exec(`${stdout}${stderr}`)?.[1] ?? 'unknown version';
}
