// The loop: take an input that was interesting, change it, run it, keep it if it went a new way.

import { createRandom, mutate, pick } from './mutate.ts';
import type { Target } from './target.ts';

/** How many inputs are kept at most; beyond it a new one takes the place of an old one. */
const KEPT = 4096;

export interface Failure {
  readonly target: string;
  readonly input: Buffer;
  readonly error: Error;
}

/** One target with what was found interesting so far. */
export class Fuzzer {
  readonly target: Target;
  cases = 0;
  readonly #kept: Buffer[];
  readonly #given: number;
  readonly #ways = new Set<string>();
  readonly #seed: number;
  readonly #begin: (input: Buffer) => void;

  /**
   * @param corpus inputs that mutation begins with, after the target's own seeds
   * @param begin told of every input before it is run, so that one that never ends is known
   */
  constructor(
    target: Target,
    corpus: readonly Buffer[],
    seed: number,
    begin: (input: Buffer) => void = () => {},
  ) {
    this.target = target;
    this.#kept = [...target.seeds, ...corpus];
    this.#given = this.#kept.length;
    this.#seed = seed;
    this.#begin = begin;
  }

  /** How many different ways through the code have been seen. */
  get ways(): number {
    return this.#ways.size;
  }

  /** Inputs that went a way of their own, apart from those that mutation began with. */
  get found(): readonly Buffer[] {
    return this.#kept.slice(this.#given);
  }

  /** Runs what mutation begins with, unchanged. Resolves with the first failure, if there is one. */
  async replay(): Promise<Failure | undefined> {
    for (const input of [...this.#kept]) {
      const failure = await this.#run(input);
      if (failure) return failure;
    }
    return undefined;
  }

  /** Runs so many mutated inputs. */
  async fuzz(cases: number): Promise<Failure | undefined> {
    for (let left = cases; left > 0; left--) {
      const random = createRandom(this.#seed + this.cases * 2_654_435_761);
      const input = mutate(pick(this.#kept, random), random, this.target, pick(this.#kept, random));
      const failure = await this.#run(input);
      if (failure) return failure;
    }
    return undefined;
  }

  async #run(input: Buffer): Promise<Failure | undefined> {
    this.cases++;
    this.#begin(input);
    try {
      const random = createRandom(input.length * 31 + (input[input.length >> 1] ?? 0));
      const way = this.target.run(input, random);
      this.#keep(typeof way === 'string' ? way : await way, input);
      return undefined;
    } catch (cause) {
      const error = cause instanceof Error ? cause : new Error(String(cause));
      return { target: this.target.name, input, error };
    }
  }

  #keep(way: string, input: Buffer): void {
    if (this.#ways.has(way) || this.#ways.size >= KEPT) return;
    this.#ways.add(way);
    if (this.#kept.length < KEPT) this.#kept.push(input);
    else this.#kept[this.cases % KEPT] = input;
  }
}
