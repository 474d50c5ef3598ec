// What the fuzzer drives: something that takes bytes, and says in a word what came of them.

export interface Target {
  readonly name: string;
  /** What mutation begins with, beside the files of the corpus. */
  readonly seeds: readonly Buffer[];
  /** Pieces that mutation may put anywhere: keywords, numbers at the edges. */
  readonly words: readonly string[];
  /** How long an input may become, in bytes. */
  readonly maxBytes: number;
  /**
   * Takes one input. What it returns names the way through the code: an input that gives a new word is kept and
   * mutated further. Throws when the code under test does what it must not.
   * @param random the same for the same case, so that a failure can be run again
   */
  run(input: Buffer, random: Random): string | Promise<string>;
}

/** A whole number from 0 up to, and without, the bound. */
export type Random = (bound: number) => number;

/** The finding of a target: the code under test broke a promise. */
export class Violation extends Error {
  override readonly name = 'Violation';
}

/** @throws Violation unless the promise holds */
export function promise(held: boolean, what: string): asserts held {
  if (!held) throw new Violation(what);
}
