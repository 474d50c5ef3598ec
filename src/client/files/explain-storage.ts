// The system's errors about files in words.

import { StorageError } from '../errors.ts';

const words: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EDQUOT: 'the disc quota is used up',
  EISDIR: 'it is a folder',
  ELOOP: 'it is a symbolic link',
  ENOENT: 'there is no such file or folder',
  ENOSPC: 'the disc is full',
  ENOTDIR: 'part of the path is no folder',
  EPERM: 'the operation is not permitted',
  EROFS: 'the file system is read-only',
};

/** @param what what could not be done, such as `/tmp/a cannot be read` */
export function explainStorage(error: unknown, what: string): StorageError {
  if (error instanceof StorageError) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const reason = words[code] ?? (error instanceof Error ? error.message : String(error));
  return new StorageError(`${what}: ${reason}`, { cause: error });
}
