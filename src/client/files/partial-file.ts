// A file that is not complete: written in order, summed as it grows, and found again when the same file is offered. [SI-R-18]

import { createHash, type Hash } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { bareJid, parseJid } from '../../wire/jid.ts';
import type { OfferedFile } from '../../wire/si-file.ts';
import { StorageError } from '../errors.ts';
import { normalise } from '../same-jid.ts';
import { FileWriter } from './file-writer.ts';
import { readPieces } from './read-pieces.ts';
import { PARTIAL, safeName } from './safe-name.ts';

export interface PartialFile {
  readonly path: string;
  /** What was there when it was opened, in bytes. */
  readonly offset: number;
  /** Whether it can be told apart from other files of that name, so that it makes sense to keep it. */
  readonly isResumable: boolean;
  /** One call at a time; the chunk is not needed any more when it resolves. @throws StorageError */
  write(chunk: Buffer): Promise<void>;
  /** Of everything, once: what is not written yet is written. `md5` only if one was offered. */
  sums(): Promise<{ readonly bytes: number; readonly md5: string | undefined; readonly sha256: string }>;
  /** Writes what is not written yet and lets go of the file. Idempotent. */
  close(): Promise<void>;
}

/**
 * The name of what there is of a file while it is not complete. It has a sum of everything that tells the file apart, so
 * that another file, or another sender's, is never taken for it.
 * @param number above 1 for a file that comes once more while it is coming already
 */
export function partialName({ name, size, hash, date }: OfferedFile, from: string, number = 1): string {
  const jid = parseJid(from);
  const sender = normalise(jid === undefined ? from : bareJid(jid));
  const identity = JSON.stringify([sender, name, size, hash ?? '', date?.getTime() ?? '']);
  const id = createHash('sha256').update(identity).digest('hex').slice(0, 10);
  return `${safeName(name)}.${id}${number === 1 ? '' : `-${number}`}${PARTIAL}`;
}

/** Opens what there is, or begins anew. Links are not followed. [SI-R-16] @throws the system's error, StorageError */
export async function openPartial(path: string, file: OfferedFile): Promise<PartialFile> {
  const { O_RDWR, O_CREAT, O_NOFOLLOW = 0 } = constants;
  const handle = await open(path, O_RDWR | O_CREAT | O_NOFOLLOW, 0o666);
  try {
    const info = await handle.stat();
    if (!info.isFile() || info.nlink > 1) throw new StorageError(`${path} is no file of ours`);
    const isResumable = file.hasRanges && (file.hash !== undefined || file.date !== undefined);
    const offset = isResumable && info.size <= file.size ? info.size : 0;
    if (offset !== info.size) await handle.truncate(offset);
    const sha256 = createHash('sha256');
    const md5 = file.hash === undefined ? undefined : createHash('md5');
    if (offset > 0) await sumBeginning(path, offset, [sha256, ...(md5 ? [md5] : [])]);
    return new Partial({ path, offset, isResumable, handle, sha256, md5 });
  } catch (error) {
    await handle.close();
    throw error;
  }
}

interface Parts {
  readonly path: string;
  readonly offset: number;
  readonly isResumable: boolean;
  readonly handle: FileHandle;
  readonly sha256: Hash;
  readonly md5: Hash | undefined;
}

class Partial implements PartialFile {
  readonly path: string;
  readonly offset: number;
  readonly isResumable: boolean;
  readonly #parts: Parts;
  readonly #writer: FileWriter;
  #bytes: number;
  #isClosed = false;

  constructor(parts: Parts) {
    this.path = parts.path;
    this.offset = parts.offset;
    this.isResumable = parts.isResumable;
    this.#parts = parts;
    this.#bytes = parts.offset;
    this.#writer = new FileWriter(parts.handle, parts.path, parts.offset);
  }

  async write(chunk: Buffer): Promise<void> {
    const written = this.#writer.write(chunk);
    this.#parts.sha256.update(chunk); // while a thread of Node.js writes
    this.#parts.md5?.update(chunk); // [SI-R-15]
    await written;
    this.#bytes += chunk.length;
  }

  async sums(): Promise<{ bytes: number; md5: string | undefined; sha256: string }> {
    await this.#writer.flush();
    const { md5, sha256 } = this.#parts;
    return { bytes: this.#bytes, md5: md5?.digest('hex'), sha256: sha256.digest('hex') };
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    try {
      await this.#writer.flush();
    } finally {
      await this.#parts.handle.close();
    }
  }
}

async function sumBeginning(path: string, length: number, hashes: readonly Hash[]): Promise<void> {
  for await (const piece of readPieces(path, 0, length, true)) for (const hash of hashes) hash.update(piece);
}
