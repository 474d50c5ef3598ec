// Buffers that are filled one after the other, over and over, while what is in the one before is looked at.

export class Ring {
  readonly #slots: readonly Buffer[];
  readonly #lengths: number[];
  /** How many were filled, and how many of those were let go of, so far. */
  #filled = 0;
  #released = 0;
  #isGiven = false;

  constructor(slots: number, bytes: number) {
    this.#slots = Array.from({ length: slots }, () => Buffer.allocUnsafeSlow(bytes));
    this.#lengths = this.#slots.map(() => 0);
  }

  /** Whether there is nothing to be filled now. */
  get isFull(): boolean {
    return this.#filled - this.#released === this.#slots.length;
  }

  /** What is filled next; while the ring is full, as soon as it is not. */
  get next(): Buffer {
    return this.#at(this.#filled);
  }

  /** Notes that `next` was filled, as far as this. */
  fill(bytes: number): void {
    this.#lengths[this.#filled % this.#slots.length] = bytes;
    this.#filled++;
  }

  /** What was filled first; undefined when there is nothing. What was taken before may be filled again from now on. */
  take(): Buffer | undefined {
    if (this.#isGiven) this.#released++;
    this.#isGiven = this.#released < this.#filled;
    const length = this.#lengths[this.#released % this.#slots.length];
    return this.#isGiven ? this.#at(this.#released).subarray(0, length) : undefined;
  }

  #at(count: number): Buffer {
    return this.#slots[count % this.#slots.length] ?? Buffer.alloc(0);
  }
}
