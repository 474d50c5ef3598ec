// A folder that takes files from strangers: under safe names, over nothing that is there, complete or not at all.
// [SI-R-15..18]

import { lstat, stat, statfs, unlink } from 'node:fs/promises';
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
/** How often the same file may come at the same time. */
const MAX_AT_ONCE = 9;

/**
 * Several files at a time. What was interrupted is kept as `NAME.ID.part`, and resumed when it is offered again. A file
 * that is offered while it is coming, as by a sender who has crashed unseen, comes from its beginning beside the other.
 */
export function directorySink(folder: string, options: DirectorySinkOptions = {}): FileSink {
  /** The partial files that are being written; false when the same file has arrived beside it. */
  const busy = new Map<string, boolean>();
  return {
    open: async (file, from) => {
      const paths = Array.from({ length: MAX_AT_ONCE }, (_, index) =>
        join(folder, partialName(file, from, index + 1)),
      );
      const path = paths.find((each) => !busy.has(each));
      if (path === undefined)
        throw new StorageError(`${file.name} is being received from ${from} ${MAX_AT_ONCE} times already`);
      busy.set(path, true);
      const place: Place = {
        isWanted: () => busy.get(path) === true,
        onArrival: () => {
          for (const each of paths) if (busy.has(each)) busy.set(each, false);
        },
        release: () => busy.delete(path),
      };
      try {
        await requireRoom(folder, file.size, await sizeOf(path), options);
        const partial = await openPartial(path, path === paths[0] ? file : { ...file, hasRanges: false });
        return opened(folder, file, partial, place);
      } catch (error) {
        place.release();
        throw explainStorage(error, `${path} cannot be written`);
      }
    },
  };
}

/** What a partial file is to the others of its folder. */
interface Place {
  /** Whether what there is of it may still be of use. */
  isWanted(): boolean;
  onArrival(): void;
  /** Once nobody touches the partial file any more. */
  release(): void;
}

/** Of what there is of a file already, in bytes. */
async function sizeOf(path: string): Promise<number> {
  const info = await lstat(path).catch(() => undefined);
  return info?.isFile() ? info.size : 0;
}

/** @param there how many bytes of the file take room already [SI-R-17] */
async function requireRoom(
  folder: string,
  size: number,
  there: number,
  { maxBytes, spare = SPARE }: DirectorySinkOptions,
): Promise<void> {
  if (maxBytes !== undefined && size > maxBytes)
    throw new StorageError(`a file of ${size} bytes is larger than the limit of ${maxBytes}`);
  try {
    if (!(await stat(folder)).isDirectory()) throw new StorageError(`${folder} is no folder`);
    const { bavail, bsize } = await statfs(folder);
    const free = bavail * bsize;
    const needed = size - there;
    if (needed > Math.max(0, free - spare))
      throw new StorageError(
        `${folder} has no room for ${needed} bytes: ${free} are free, ${spare} of them to be left alone`,
      );
  } catch (error) {
    throw explainStorage(error, `${folder} cannot be written to`);
  }
}

function opened(folder: string, file: OfferedFile, partial: PartialFile, place: Place): OpenedSink {
  let isOver = false;
  return {
    offset: partial.offset,
    keepsChunks: false,
    write: (chunk) => partial.write(chunk),
    finish: async () => {
      isOver = true;
      try {
        const { bytes, md5, sha256 } = await partial.sums();
        await partial.close();
        if (md5 !== undefined && md5 !== file.hash) {
          await discard(partial);
          // [SI-R-15] [SI-R-19]
          throw new HashMismatchError(
            `${file.name} was damaged on its way: its MD5 is ${md5}, not ${file.hash}`,
          );
        }
        const path = await putInPlace(partial.path, folder, safeName(file.name));
        place.onArrival();
        return { path, bytes, sha256 };
      } catch (error) {
        await partial.close().catch(() => {}); // one failure is enough
        throw error instanceof HashMismatchError
          ? error
          : explainStorage(error, `${file.name} cannot be stored`);
      } finally {
        place.release();
      }
    },
    abort: async () => {
      if (isOver) return;
      isOver = true;
      await partial.close().catch(() => {}); // what could not be written is not there to be resumed
      if (!partial.isResumable || !place.isWanted()) await discard(partial);
      place.release();
    },
  };
}

/** Resuming it would lead nowhere. */
async function discard({ path }: PartialFile): Promise<void> {
  await unlink(path).catch(() => {}); // somebody else was quicker
}
