// Byte counters of running streams in shared memory: the worker writes, the main thread reads, nobody locks. [S5B-P-47]
//
// A slot has four 64-bit counters, and each has one writer. `taken` is written after the bytes have left the
// sender and before the receiver can have them, so that whoever has received a byte finds it counted.

import type { ByteCounts } from '../../rendezvous/ports.ts';

export const SLOTS_PER_PAGE = 1024;
const COUNTERS_PER_SLOT = 4;
const PAGE_BYTES = SLOTS_PER_PAGE * COUNTERS_PER_SLOT * BigInt64Array.BYTES_PER_ELEMENT;

/** Where in a slot a direction's counters are: bytes taken from the source, and the bytes given to the sink after them. */
export const FIRST_TO_SECOND = 0;
export const SECOND_TO_FIRST = 2;
export type CounterOffset = typeof FIRST_TO_SECOND | typeof SECOND_TO_FIRST;

/** One direction's counters, for their one writer. Whole numbers, exact up to 2^53. */
export class DirectionCounter {
  readonly #page: BigInt64Array;
  readonly #index: number;
  #taken = 0;
  #given = 0;

  constructor(page: BigInt64Array, slot: number, offset: CounterOffset) {
    this.#page = page;
    this.#index = (slot % SLOTS_PER_PAGE) * COUNTERS_PER_SLOT + offset;
  }

  /** Taken and given together: what shows whether anything has moved. */
  get moved(): number {
    return this.#taken + this.#given;
  }

  take(bytes: number): void {
    this.#taken += bytes;
    Atomics.store(this.#page, this.#index, BigInt(this.#taken));
  }

  give(bytes: number): void {
    this.#given += bytes;
    Atomics.store(this.#page, this.#index + 1, BigInt(this.#given));
  }
}

/** The slots of one worker, for the main thread: lent to streams, read, and lent again. */
export class CounterSlots {
  readonly #shared: SharedArrayBuffer[] = [];
  readonly #pages: BigInt64Array[] = [];
  readonly #free: number[] = [];
  readonly #onPage: (page: number, counters: SharedArrayBuffer) => void;

  /** @param onPage is told of every further page before a slot on it is lent */
  constructor(onPage: (page: number, counters: SharedArrayBuffer) => void) {
    this.#onPage = onPage;
  }

  /** A slot whose counters are zero. */
  take(): number {
    if (this.#free.length === 0) this.#addPage();
    const slot = this.#free.pop() ?? 0;
    const [page, start] = this.#at(slot);
    for (let i = 0; i < COUNTERS_PER_SLOT; i++) Atomics.store(page, start + i, 0n);
    return slot;
  }

  /** Only when its writer has ended. */
  give(slot: number): void {
    this.#free.push(slot);
  }

  /** Tells of all pages again: there is another writer. */
  announce(): void {
    for (const [page, counters] of this.#shared.entries()) this.#onPage(page, counters);
  }

  bytes(slot: number): ByteCounts {
    const [page, start] = this.#at(slot);
    return {
      firstToSecond: Number(Atomics.load(page, start + FIRST_TO_SECOND)),
      secondToFirst: Number(Atomics.load(page, start + SECOND_TO_FIRST)),
    };
  }

  /** Taken and given in both directions. */
  moved(slot: number): number {
    const [page, start] = this.#at(slot);
    let sum = 0;
    for (let i = 0; i < COUNTERS_PER_SLOT; i++) sum += Number(Atomics.load(page, start + i));
    return sum;
  }

  #at(slot: number): [BigInt64Array, number] {
    const page = this.#pages[Math.floor(slot / SLOTS_PER_PAGE)];
    if (page === undefined) throw new RangeError(`there is no counter slot ${slot}`);
    return [page, (slot % SLOTS_PER_PAGE) * COUNTERS_PER_SLOT];
  }

  #addPage(): void {
    const counters = new SharedArrayBuffer(PAGE_BYTES);
    const page = this.#shared.push(counters) - 1;
    this.#pages.push(new BigInt64Array(counters));
    for (let i = SLOTS_PER_PAGE - 1; i >= 0; i--) this.#free.push(page * SLOTS_PER_PAGE + i);
    this.#onPage(page, counters);
  }
}
