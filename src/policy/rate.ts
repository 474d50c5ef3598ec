// The rates that streams draw from: made, changed and given up here; drawn from in rate-slots.ts, on any thread.

import { RateSlots, SLOT_BYTES } from './rate-slots.ts';
import { steadyNow } from './steady-time.ts';

/** A rate that one or more streams share, by its slot in the shared memory. */
export interface Rate {
  readonly index: number;
}

/** Rates that may be open at once; each takes 32 bytes. */
export const MAX_RATES = 4 * 1024 * 1024;
const GROWTH = 1024;
/** Exact as a number, and no quota is larger. */
const LARGEST_STOCK = 2 ** 52;

/** A burst, unless another one is said, is what the rate gives in so many seconds: 2 % of ten seconds' bytes. */
export const DEFAULT_BURST_SECONDS = 0.2;

export interface RateTableOptions {
  /** Nanoseconds, monotonic, the same in every thread; default: the system's clock. */
  readonly now?: () => number;
  /** Rates that may be open at once; default: MAX_RATES. */
  readonly capacity?: number;
}

export class RateTable {
  /** What threads draw from, through `RateSlots`. */
  readonly memory: SharedArrayBuffer;
  readonly slots: RateSlots;
  /** Nanoseconds, monotonic, the same in every thread. */
  readonly now: () => number;
  readonly #capacity: number;
  readonly #free: number[] = [];
  readonly #open = new Set<number>();
  #made = 0;

  constructor({ now = steadyNow, capacity = MAX_RATES }: RateTableOptions = {}) {
    this.now = now;
    this.#capacity = capacity;
    this.memory = new SharedArrayBuffer(0, { maxByteLength: capacity * SLOT_BYTES });
    this.slots = new RateSlots(this.memory);
  }

  /** Rates that are open. */
  get size(): number {
    return this.#open.size;
  }

  /**
   * A further rate, from which its whole burst may be drawn at once.
   * @param bytesPerSecond at least 1; undefined: unlimited, until it is set
   * @param burst bytes; default: DEFAULT_BURST_SECONDS of the rate. Never less than 50 ms of it.
   * @throws RangeError on a value out of range, or when as many are open as there may be
   */
  open(bytesPerSecond: number | undefined, burst?: number): Rate {
    const words = read(bytesPerSecond, burst);
    const index = this.#take();
    this.slots.fill(index, ...words);
    return { index };
  }

  /**
   * A stock: so many bytes may be drawn from it, and no more before it is set anew. Infinity: more than anybody moves.
   * @throws RangeError when as many are open as there may be
   */
  openStock(bytes: number): Rate {
    const index = this.#take();
    this.slots.fillStock(index, Math.min(bytes, LARGEST_STOCK));
    return { index };
  }

  /** Bytes that are left of an open stock from now on; who waits for it asks again within a second. */
  setStock({ index }: Rate, bytes: number): void {
    this.slots.setStock(index, Math.min(bytes, LARGEST_STOCK));
  }

  /** Nothing is left of an open stock. */
  isUsedUp({ index }: Rate): boolean {
    return this.slots.level(index, 0) <= 0;
  }

  /**
   * Changes an open rate, for running streams too: those that wait for it ask again within a second.
   * @throws RangeError on a value out of range, or when the rate is not open
   */
  set({ index }: Rate, bytesPerSecond: number | undefined, burst?: number): void {
    const words = read(bytesPerSecond, burst);
    if (!this.#open.has(index)) throw new RangeError(`there is no open rate ${index}`);
    this.slots.change(index, ...words, this.now());
  }

  /** Gives a rate up, when no stream draws from it any more. Idempotent, until the slot is opened again. */
  release({ index }: Rate): void {
    if (this.#open.delete(index)) this.#free.push(index);
  }

  #take(): number {
    const index = this.#free.pop() ?? this.#make();
    this.#open.add(index);
    return index;
  }

  #make(): number {
    if (this.#made === this.#capacity)
      throw new RangeError(`${this.#capacity} rates are open, and no more may be`);
    const index = this.#made++;
    const needed = Math.min(index + GROWTH, this.#capacity) * SLOT_BYTES;
    if ((index + 1) * SLOT_BYTES > this.memory.byteLength) this.memory.grow(needed);
    return index;
  }
}

/** Bytes a second and burst as they are stored: whole numbers, 0 for unlimited. */
function read(bytesPerSecond: number | undefined, burst: number | undefined): [number, number] {
  if (bytesPerSecond === undefined) return [0, 0];
  const wrong = (what: string, value: number) =>
    new RangeError(`expected a ${what} of 1 to ${Number.MAX_SAFE_INTEGER} bytes, not ${value}`);
  const inRange = (value: number) => value >= 1 && value <= Number.MAX_SAFE_INTEGER;
  if (!inRange(bytesPerSecond)) throw wrong('rate per second', bytesPerSecond);
  const bytes = burst ?? Math.max(1, bytesPerSecond * DEFAULT_BURST_SECONDS);
  if (!inRange(bytes)) throw wrong('burst', bytes);
  return [Math.round(bytesPerSecond), Math.round(bytes)];
}
