// How many of something each of many holders has; who has none takes no memory.

export class Tally {
  readonly #counts = new Map<string, number>();

  /** Holders that have any. */
  get holders(): number {
    return this.#counts.size;
  }

  /** What the holder has that has most. */
  get highest(): number {
    let highest = 0;
    for (const count of this.#counts.values()) highest = Math.max(highest, count);
    return highest;
  }

  of(holder: string): number {
    return this.#counts.get(holder) ?? 0;
  }

  /** One more, to be taken back once. */
  add(holder: string): void {
    this.#counts.set(holder, this.of(holder) + 1);
  }

  takeBack(holder: string): void {
    const rest = this.of(holder) - 1;
    if (rest > 0) this.#counts.set(holder, rest);
    else this.#counts.delete(holder);
  }
}
