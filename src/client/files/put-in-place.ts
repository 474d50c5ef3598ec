// A complete file gets its name: the one that was wished for or, where there is a file of that name, a numbered one. [SI-R-16]

import { open, rename, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { StorageError } from '../errors.ts';
import { numberedName } from './safe-name.ts';

const MAX_NUMBER = 999;

/**
 * Never replaces what is there: an empty file of our own takes the name first, and is then replaced in one step.
 * @returns the path
 * @throws the system's error, StorageError when all numbers are taken
 */
export async function putInPlace(partial: string, folder: string, name: string): Promise<string> {
  const path = await reserve(folder, name);
  try {
    await rename(partial, path);
    return path;
  } catch (error) {
    await unlink(path).catch(() => {}); // nothing of value is in it
    throw error;
  }
}

async function reserve(folder: string, name: string): Promise<string> {
  for (let number = 0; number <= MAX_NUMBER; number++) {
    const path = join(folder, numberedName(name, number));
    try {
      await (await open(path, 'wx')).close(); // also refuses a link that leads nowhere
      return path;
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    }
  }
  throw new StorageError(`${folder} has ${MAX_NUMBER} files named like ${name} already`);
}
