// A folder that takes files from strangers: under safe names, over nothing that is there, complete or not at all.
// [SI-R-15..18]

import { stat, statfs, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { OfferedFile } from '../../wire/si-file.ts';
import { HashMismatchError, StorageError } from '../errors.ts';
import { explainStorage } from './explain-storage.ts';
import { openPartial, type PartialFile, partialName } from './partial-file.ts';
import type { FileSink, OpenedSink } from './ports.ts';
import { putInPlace } from './put-in-place.ts';
import { safeName } from './safe-name.ts';

export interface DirectorySinkOptions {
  /** Larger files are refused; bytes. Default: as much as there is room for. */
  readonly maxBytes?: number;
  /** Room on the disc that no file may use up, in bytes. Default 64 MiB. */
  readonly spare?: number;
}

const SPARE = 64 * 1024 * 1024;

/** Several files at a time. What was interrupted is kept as `NAME.ID.part`, and resumed when it is offered again. */
export function directorySink(folder: string, options: DirectorySinkOptions = {}): FileSink {
  const busy = new Set<string>();
  return {
    open: async (file, from) => {
      await requireRoom(folder, file.size, options);
      const path = join(folder, partialName(file, from));
      if (busy.has(path)) throw new StorageError(`${file.name} is being received from ${from} already`);
      busy.add(path);
      try {
        const partial = await openPartial(path, file);
        return opened(folder, file, partial, () => busy.delete(path));
      } catch (error) {
        busy.delete(path);
        throw explainStorage(error, `${path} cannot be written`);
      }
    },
  };
}

/** [SI-R-17] */
async function requireRoom(
  folder: string,
  size: number,
  { maxBytes, spare = SPARE }: DirectorySinkOptions,
): Promise<void> {
  if (maxBytes !== undefined && size > maxBytes)
    throw new StorageError(`a file of ${size} bytes is larger than the limit of ${maxBytes}`);
  try {
    if (!(await stat(folder)).isDirectory()) throw new StorageError(`${folder} is no folder`);
    const { bavail, bsize } = await statfs(folder);
    const free = bavail * bsize;
    if (size > Math.max(0, free - spare))
      throw new StorageError(
        `${folder} has no room for ${size} bytes: ${free} are free, ${spare} of them to be left alone`,
      );
  } catch (error) {
    throw explainStorage(error, `${folder} cannot be written to`);
  }
}

function opened(folder: string, file: OfferedFile, partial: PartialFile, release: () => void): OpenedSink {
  let isOver = false;
  const end = async () => {
    isOver = true;
    await partial.close();
    release();
  };
  return {
    offset: partial.offset,
    write: (chunk) => partial.write(chunk),
    finish: async () => {
      try {
        const { bytes, md5, sha256 } = await partial.sums();
        if (md5 !== undefined && md5 !== file.hash) {
          await discard(partial);
          // [SI-R-15] [SI-R-19]
          throw new HashMismatchError(
            `${file.name} was damaged on its way: its MD5 is ${md5}, not ${file.hash}`,
          );
        }
        await end();
        return { path: await putInPlace(partial.path, folder, safeName(file.name)), bytes, sha256 };
      } catch (error) {
        if (!isOver) await end();
        throw error instanceof HashMismatchError
          ? error
          : explainStorage(error, `${file.name} cannot be stored`);
      }
    },
    abort: async () => {
      if (isOver) return;
      await end().catch(() => {}); // what could not be written is not there to be resumed
      if (!partial.isResumable) await discard(partial);
    },
  };
}

/** Resuming it would lead nowhere. */
async function discard({ path }: PartialFile): Promise<void> {
  await unlink(path).catch(() => {}); // somebody else was quicker
}
