// Rates in shared memory, drawn from by any thread without a lock: virtual scheduling (GCRA), one 64-bit time a rate.
// (docs/adr/0009-shaping.md)
//
//          full: burst bytes may be drawn          empty
//     ──────────┼───────────── burst / rate ──────────┼──────────▶ the rate's time, seen from now
//               now                                                 └ beyond: reserved by who waits
//
// To draw is to move the rate's time on by bytes / rate with one compare-and-exchange. What is drawn is due as soon
// as the time of the real clock has come to within burst / rate of it, so everyone who draws beyond the burst has
// an appointment of their own: first come, first served, on whatever thread they are.
//
// A slot may be a stock instead: bytes that are there until they are drawn, and that no time brings back. It is what is
// left of a quota.

/** Words of a slot. */
const TIME = 0; // of a stock: the bytes that are left
const BYTES_A_SECOND = 1; // 0: unlimited
const BURST = 2;
const VERSION = 3;
const WORDS = 4;

export const SLOT_BYTES = WORDS * BigInt64Array.BYTES_PER_ELEMENT;

/** In the place of a rate. */
const STOCK = -1;

const NANOSECONDS = 1e9;

/** Together, whoever waits for one rate has reserved about so much of its time; so often each of them has a turn. */
const WINDOW_NS = 150e6;
/**
 * Of what of the window nobody has reserved, the next one takes this part: alone it has a turn every 30 ms. When
 * everybody does so, their turns come to be of the same length within a few of them, and nobody has to be counted.
 */
const SHARE = 1 / 5;
/** No turn is shorter, unless the burst is: each costs a wake-up. */
const SMALLEST_TURN_BYTES = 4096;
/** Bursts are not smaller than what a rate gives in this time, or who is woken late would lose what had been due. */
const SHORTEST_BURST_NS = 50e6;

export class RateSlots {
  readonly #words: BigInt64Array;

  /** @param memory zeroed; it may grow */
  constructor(memory: SharedArrayBuffer) {
    this.#words = new BigInt64Array(memory);
  }

  /** Bytes that are due at once; below 0 is what others wait for, or what a stock owes. Infinity: unlimited. */
  level(index: number, now: number): number {
    const rate = this.#read(index, BYTES_A_SECOND);
    if (rate === 0) return Number.POSITIVE_INFINITY;
    if (rate === STOCK) return this.#read(index, TIME);
    const burst = this.#read(index, BURST);
    const ahead = this.#read(index, TIME) - now;
    return ahead <= 0 ? burst : burst - (ahead * rate) / NANOSECONDS;
  }

  /**
   * What to reserve now: all that is due at once, or else a fair share of what will be soon. Infinity: unlimited.
   * 0: a stock is used up.
   * @param since when the drawer's turn began, if it has been woken late: others must not have less for that
   */
  offer(index: number, now: number, since = now): number {
    const level = this.level(index, now);
    if (level === Number.POSITIVE_INFINITY) return level;
    const rate = this.#read(index, BYTES_A_SECOND);
    if (rate === STOCK) return Math.max(0, level);
    const burst = this.#read(index, BURST);
    const free = (rate * WINDOW_NS) / NANOSECONDS + Math.min(this.level(index, since), 0);
    const share = Math.max(free * SHARE, SMALLEST_TURN_BYTES);
    return Math.max(1, Math.floor(Math.max(level, Math.min(share, burst))));
  }

  /** Reserves bytes; returns when they are due. */
  reserve(index: number, bytes: number, now: number): number {
    const at = index * WORDS + TIME;
    for (;;) {
      const rate = this.#read(index, BYTES_A_SECOND);
      if (rate === 0) return now;
      if (rate === STOCK) {
        // Whoever comes at the same moment may draw the same bytes: what it owes then is a turn of theirs at most.
        Atomics.sub(this.#words, at, BigInt(bytes));
        return now;
      }
      const before = Atomics.load(this.#words, at);
      const next = Math.max(Number(before), now) + cost(bytes, rate);
      if (Atomics.compareExchange(this.#words, at, before, BigInt(Math.round(next))) !== before) continue;
      return next - cost(this.#read(index, BURST), rate);
    }
  }

  /** Bytes that were reserved and not used. */
  giveBack(index: number, bytes: number): void {
    const rate = this.#read(index, BYTES_A_SECOND);
    if (rate === 0) return;
    const at = index * WORDS + TIME;
    if (rate === STOCK) Atomics.add(this.#words, at, BigInt(bytes));
    else Atomics.sub(this.#words, at, BigInt(Math.round(cost(bytes, rate))));
  }

  /** Another one: the rate has been changed, and what is due when has to be asked again. */
  version(index: number): number {
    return this.#read(index, VERSION);
  }

  /** A full bucket, whatever the slot was before. One thread only, while nobody draws. */
  fill(index: number, rate: number, burst: number): void {
    this.#write(index, TIME, 0);
    this.#write(index, BURST, burstOf(rate, burst));
    this.#write(index, BYTES_A_SECOND, rate);
  }

  /** A stock of so many bytes, whatever the slot was before. One thread only, while nobody draws. */
  fillStock(index: number, bytes: number): void {
    this.#write(index, TIME, bytes);
    this.#write(index, BYTES_A_SECOND, STOCK);
  }

  /** So many bytes are left of a stock, whatever has been drawn meanwhile. */
  setStock(index: number, bytes: number): void {
    this.#write(index, TIME, bytes);
  }

  /**
   * Changes a rate that others draw from meanwhile; one thread only. Bytes that are due, or owed, stay the same.
   * Whoever draws in the middle of it is charged at one of the two rates: the time is put right before the rate, so
   * that at worst they get a burst more, and never a wait that nobody ends. Nothing happens when it is what it was.
   */
  change(index: number, rate: number, burst: number, now: number): void {
    const newBurst = burstOf(rate, burst);
    if (this.#read(index, BYTES_A_SECOND) === rate && this.#read(index, BURST) === newBurst) return;
    const at = index * WORDS + TIME;
    for (;;) {
      const before = Atomics.load(this.#words, at);
      const level = Math.min(this.level(index, now), newBurst);
      const time = rate === 0 ? 0 : now + cost(newBurst - level, rate);
      if (Atomics.compareExchange(this.#words, at, before, BigInt(Math.round(time))) === before) break;
    }
    this.#write(index, BURST, newBurst);
    this.#write(index, BYTES_A_SECOND, rate);
    Atomics.add(this.#words, index * WORDS + VERSION, 1n);
  }

  #read(index: number, word: number): number {
    return Number(Atomics.load(this.#words, index * WORDS + word));
  }

  #write(index: number, word: number, value: number): void {
    Atomics.store(this.#words, index * WORDS + word, BigInt(value));
  }
}

/** The time that a rate takes for bytes, in nanoseconds. */
function cost(bytes: number, rate: number): number {
  return (bytes * NANOSECONDS) / rate;
}

function burstOf(rate: number, burst: number): number {
  return Math.max(1, Math.ceil(Math.max(burst, (rate * SHORTEST_BURST_NS) / NANOSECONDS)));
}
