// What can be sent, as a source: a path, bytes, a stream of a known size, or a source of somebody's own making.

import { fileURLToPath } from 'node:url';
import { fileSource } from '../files/file-source.ts';
import { bufferSource, streamSource } from '../files/memory-source.ts';
import type { FileSource } from '../files/ports.ts';

export interface SourceOptions {
  /** A path, a file: URL, bytes, anything that can be iterated for bytes (a Readable, say), or a FileSource. */
  readonly source: string | URL | Uint8Array | AsyncIterable<Uint8Array> | FileSource;
  /** What the receiver is told; folders in front of it are left out. Needed for bytes and streams. */
  readonly name?: string;
  /** In bytes. Needed for streams. */
  readonly size?: number;
  /** When it was last changed; default: what the file system says. */
  readonly date?: Date;
}

/** @throws StorageError for a file that cannot be read, TypeError when name or size are missing */
export async function toSource(options: SourceOptions): Promise<FileSource> {
  const { source, date } = options;
  const name = options.name === undefined ? undefined : lastPart(options.name);
  if (typeof source === 'string' || source instanceof URL) {
    const path = source instanceof URL ? fileURLToPath(source) : source;
    return { ...(await fileSource(path, name)), ...(date && { date }) };
  }
  if (source instanceof Uint8Array) return bufferSource(source, required(name, 'name'), date);
  if ('open' in source) return { ...source, ...(name !== undefined && { name }) };
  const size = required(options.size, 'size');
  if (!Number.isSafeInteger(size) || size < 0)
    throw new TypeError(`size ${size}: expected a number of bytes`);
  return streamSource(source, required(name, 'name'), size, date);
}

/** [SI-I-07] */
function lastPart(name: string): string {
  const part = name.split(/[/\\]/).at(-1) ?? '';
  if (part === '') throw new TypeError(`name ${JSON.stringify(name)}: expected the name of a file`);
  return part;
}

function required<T>(value: T | undefined, key: string): T {
  if (value === undefined)
    throw new TypeError(`${key} is missing: bytes and streams do not say it themselves`);
  return value;
}
