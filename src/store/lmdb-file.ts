// Whether the store's file is whole. LMDB maps it into memory: a file that was cut or is something else would end the
// process by a signal instead of an error, so it is looked at before it is opened.

import { closeSync, existsSync, fstatSync, mkdirSync, openSync, readSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** JIDs are in the names of the sums: nobody else's business. */
const FOLDER_MODE = 0o700;
const FILE_MODE = 0o600;

/** Two pages at the beginning each say what the last and the last but one transaction left. */
const META_PAGES = 2;
const META_BYTES = 160;
const MAGIC = 0xbeefc0de;
const AT = { magic: 24, pageSize: 48, lastPage: 144, transaction: 152 };
const PAGE_SIZES = { least: 512, most: 65_536 };

/** The file with the sums, and the one that the processes take turns by. */
export function filesIn(folder: string): { readonly data: string; readonly lock: string } {
  const data = join(folder, 'data.mdb');
  return { data, lock: `${data}-lock` };
}

/** Makes what is missing, readable by this user only. @throws the system's error */
export function prepareFiles(folder: string): void {
  makeFolder(folder);
  for (const file of Object.values(filesIn(folder))) closeSync(openSync(file, 'a', FILE_MODE));
}

/** With those above it. The option `recursive` of Node.js never returns where the system makes no folders, as in /proc. */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  if (!existsSync(dirname(folder))) makeFolder(dirname(folder));
  try {
    mkdirSync(folder, FOLDER_MODE);
  } catch (error) {
    if (!existsSync(folder)) throw error; // another process has just made it
  }
}

/** False for a file that LMDB had better not touch; an empty one is fine. @throws the system's error */
export function isWhole(file: string): boolean {
  const fd = openSync(file, 'r');
  try {
    const { size } = fstatSync(fd);
    if (size === 0) return true;
    const first = readMeta(fd, 0);
    const second = first && readMeta(fd, first.pageSize);
    if (first === undefined || second === undefined) return false;
    const newest = first.transaction > second.transaction ? first : second;
    return (
      BigInt(size) >= (newest.lastPage + 1n) * BigInt(newest.pageSize) && size >= META_PAGES * first.pageSize
    );
  } finally {
    closeSync(fd);
  }
}

interface Meta {
  readonly pageSize: number;
  readonly lastPage: bigint;
  readonly transaction: bigint;
}

function readMeta(fd: number, position: number): Meta | undefined {
  const page = Buffer.alloc(META_BYTES);
  if (readSync(fd, page, 0, META_BYTES, position) < META_BYTES) return undefined;
  const pageSize = page.readUInt32LE(AT.pageSize);
  if (page.readUInt32LE(AT.magic) !== MAGIC) return undefined;
  if (pageSize < PAGE_SIZES.least || pageSize > PAGE_SIZES.most) return undefined;
  return {
    pageSize,
    lastPage: page.readBigUInt64LE(AT.lastPage),
    transaction: page.readBigUInt64LE(AT.transaction),
  };
}
