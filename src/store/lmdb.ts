// The one door to lmdb: sums in one file, that several processes may add to at once. Calls return when it is done.
//
// LMDB writes copies of pages and then a pointer to them, so a process that is killed leaves a whole file; a lock in
// the file beside it is given up with its holder. What has been committed is the system's, and survives us; it
// reaches the disc a moment later, so that a power failure may cost the last seconds, but not the file.

import { createHash } from 'node:crypto';
import { existsSync, statfsSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import type * as Lmdb from 'lmdb';
import type { Counter, Increment } from '../policy/quota-store.ts';
import { filesIn, isWhole, prepareFiles } from './lmdb-file.ts';

/** The longest key that LMDB takes is 1978 bytes, and a JID may be longer. */
const LONGEST_SUBJECT = 1024;
const LARGEST = 2n ** 64n - 1n;
const EXACT = BigInt(Number.MAX_SAFE_INTEGER);
/** So many sums are dropped in one transaction, so that nobody waits long for their turn. */
const DROPPED_AT_ONCE = 1000;
/** Room that is left alone, and what a change may need: a page of the tree for each of its levels. */
const RESERVE_BYTES = 64 * 1024;
const BYTES_PER_CHANGE = 16 * 1024;
/** Nothing is before the first day or month. */
const FIRST = '';

export class LmdbSums {
  readonly #database: Lmdb.RootDatabase<Buffer, Buffer>;
  readonly #file: string;

  private constructor(database: Lmdb.RootDatabase<Buffer, Buffer>, file: string) {
    this.#database = database;
    this.#file = file;
  }

  /** Opens the store in a folder, and makes it if need be. @throws Error that says why it cannot be used */
  static open(folder: string): LmdbSums {
    const lmdb = loadLmdb();
    prepareFiles(folder);
    const { data } = filesIn(folder);
    refuseDamaged(data);
    if (statSync(data).size === 0) refuseFull(data, 0);
    const database = lmdb.open<Buffer, Buffer>({ path: data, ...OPTIONS });
    database.readerCheck(); // whoever was killed while reading must not keep old pages for ever
    return new LmdbSums(database, data);
  }

  /** Opens it for reading alone; undefined when there is none. @throws Error that says why it cannot be read */
  static openToRead(folder: string): LmdbSums | undefined {
    const { data } = filesIn(folder);
    if (!existsSync(data)) return undefined;
    refuseDamaged(data);
    const database = loadLmdb().open<Buffer, Buffer>({ path: data, ...OPTIONS, readOnly: true });
    return new LmdbSums(database, data);
  }

  /** The new sums; on an error nothing was added. */
  add(increments: readonly Increment[]): number[] {
    refuseFull(this.#file, increments.length);
    return this.#database.transactionSync(() =>
      increments.map((increment) => {
        const key = keyOf(increment);
        const sum = saturate(this.#get(key) + BigInt(increment.bytes));
        const value = Buffer.alloc(8);
        value.writeBigUInt64LE(sum);
        this.#database.putSync(key, value);
        return toNumber(sum);
      }),
    );
  }

  read(counters: readonly Counter[]): number[] {
    return counters.map((counter) => toNumber(this.#get(keyOf(counter))));
  }

  forget({ day, month }: { readonly day: string; readonly month: string }): void {
    this.#dropBefore(day);
    this.#dropBefore(month);
  }

  close(): Promise<void> {
    return this.#database.close();
  }

  #get(key: Buffer): bigint {
    return this.#database.get(key)?.readBigUInt64LE() ?? 0n;
  }

  #dropBefore(period: string): void {
    const range = { start: prefixOf(period, FIRST), end: prefixOf(period, period), limit: DROPPED_AT_ONCE };
    for (;;) {
      const keys = [...this.#database.getKeys(range)];
      if (keys.length === 0) return;
      refuseFull(this.#file, keys.length);
      this.#database.transactionSync(() => {
        for (const key of keys) this.#database.removeSync(key);
      });
    }
  }
}

const OPTIONS = { noSubdir: true, encoding: 'binary', keyEncoding: 'binary' } as const;

/** Days and months apart from each other, the oldest first. */
function prefixOf(period: string, from: string): Buffer {
  return Buffer.from(`${period.length}:${from}`);
}

function keyOf({ period, subject }: Counter): Buffer {
  const isLong = Buffer.byteLength(subject) > LONGEST_SUBJECT;
  const name = isLong ? `sha256 ${createHash('sha256').update(subject).digest('hex')}` : subject;
  return Buffer.concat([prefixOf(period, period), Buffer.from(` ${name}`)]);
}

function saturate(sum: bigint): bigint {
  return sum > LARGEST ? LARGEST : sum;
}

function toNumber(sum: bigint): number {
  return Number(sum > EXACT ? EXACT : sum);
}

function refuseDamaged(file: string): void {
  if (isWhole(file)) return;
  throw new Error(`${file} is damaged, or is no store of ours; move it away, and counting begins anew`);
}

/**
 * Before LMDB finds out for itself: after a write for which there was no room its C code has been seen to end the process
 * (free(): invalid pointer). @throws Error that says how much room is missing
 */
function refuseFull(path: string, changes: number): void {
  const { bavail, bsize } = statfsSync(path);
  const room = bavail * bsize;
  // A changed sum takes a copy of its page and of those above it, but never more than the whole file.
  const needed = RESERVE_BYTES + Math.min(statSync(path).size, changes * BYTES_PER_CHANGE);
  if (room < needed) throw new Error(`no room for the store: ${room} bytes are free, ${needed} are needed`);
}

/** Only here, so that nobody pays for it who has no quota. */
function loadLmdb(): typeof Lmdb {
  try {
    return createRequire(import.meta.url)('lmdb');
  } catch (cause) {
    throw new Error('the optional package lmdb is not installed or does not run here: npm install lmdb', {
      cause,
    });
  }
}
