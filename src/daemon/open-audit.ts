// The audit's file as the configuration names it: found to be writable before anything depends on it.

import type { Config } from '../config/schema.ts';
import { AuditFile } from '../ops/audit.ts';
import { tryFile } from '../ops/destination.ts';
import type { Observer } from '../rendezvous/ports.ts';
import type { Prepared } from './reload.ts';
import { StartError } from './start-error.ts';

/** @throws StartError when there is a file and it cannot be written */
export async function openAudit({ audit }: Config, observer: Observer): Promise<AuditFile> {
  await check(audit);
  return new AuditFile(audit, observer);
}

/** Gets ready for other settings. @throws StartError when the file that is then wanted cannot be written */
export async function prepareAudit(file: AuditFile, { audit }: Config): Promise<Prepared> {
  await check(audit);
  return { commit: () => file.configure(audit) };
}

async function check({ enabled, file }: Config['audit']): Promise<void> {
  if (!enabled || file === undefined) return;
  try {
    await tryFile(file);
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
    throw new StartError(`cannot write ${file} (audit.file): ${WHY_NOT[code] ?? code}`, { cause });
  }
}

const WHY_NOT: Readonly<Record<string, string>> = {
  ENOENT: 'its folder does not exist; create it',
  EACCES: 'this user may not write there',
  EROFS: 'the file system is read-only',
  EISDIR: 'it is a directory, expected a file',
  ENOSPC: 'the disk is full',
};
