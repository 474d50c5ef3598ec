// Inputs from inputs: bits, bytes, pieces and words changed at random.

import type { Random, Target } from './target.ts';

type Mutation = (input: Buffer, random: Random, target: Target, other: Buffer) => Buffer;

/** A generator with a seed (xorshift32): the same seed gives the same cases on every machine. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0 || 1;
  return (bound) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % bound;
  };
}

/** One to six changes, and never more bytes than the target takes. */
export function mutate(input: Buffer, random: Random, target: Target, other: Buffer): Buffer {
  let result = input;
  for (let left = 1 + random(6); left > 0; left--) {
    result = pick(mutations, random)(result, random, target, other);
  }
  return result.subarray(0, target.maxBytes);
}

/** @throws RangeError when there is nothing to pick from */
export function pick<T>(from: readonly T[], random: Random): T {
  const one = from[random(from.length)];
  if (one === undefined) throw new RangeError('nothing to pick from');
  return one;
}

const mutations: readonly Mutation[] = [
  function flipBit(input, random) {
    if (input.length === 0) return input;
    const result = Buffer.from(input);
    const at = random(result.length);
    result[at] = (result[at] ?? 0) ^ (1 << random(8));
    return result;
  },
  function setByte(input, random) {
    if (input.length === 0) return input;
    const result = Buffer.from(input);
    result[random(result.length)] = pick([0, 1, 3, 5, 0x7f, 0x80, 0xff, 0x20, 0x3c, 0x3e, 0x26], random);
    return result;
  },
  function insertBytes(input, random) {
    const bytes = Buffer.from(Array.from({ length: 1 + random(8) }, () => random(256)));
    return splice(input, random(input.length + 1), 0, bytes);
  },
  function insertWord(input, random, { words }) {
    if (words.length === 0) return input;
    return splice(input, random(input.length + 1), 0, Buffer.from(pick(words, random)));
  },
  function remove(input, random) {
    const at = random(input.length + 1);
    return splice(input, at, 1 + random(16), Buffer.alloc(0));
  },
  function repeat(input, random) {
    const at = random(input.length + 1);
    const piece = input.subarray(at, at + 1 + random(32));
    return splice(input, at, 0, Buffer.concat(Array.from({ length: 1 + random(16) }, () => piece)));
  },
  function truncate(input, random) {
    return input.subarray(0, random(input.length + 1));
  },
  function cross(input, random, _, other) {
    return Buffer.concat([
      input.subarray(0, random(input.length + 1)),
      other.subarray(random(other.length + 1)),
    ]);
  },
  function swap(input, random) {
    const middle = random(input.length + 1);
    return Buffer.concat([input.subarray(middle), input.subarray(0, middle)]);
  },
];

function splice(input: Buffer, at: number, remove: number, insert: Buffer): Buffer {
  return Buffer.concat([input.subarray(0, at), insert, input.subarray(at + remove)]);
}

/** The input in pieces: whole, byte by byte, or cut at random. */
export function cut(input: Buffer, random: Random): Buffer[] {
  const way = random(4);
  if (way === 0) return [input];
  if (way === 1 && input.length < 600) return [...input].map((byte) => Buffer.of(byte));
  const pieces: Buffer[] = [];
  for (let at = 0; at < input.length; ) {
    const length = 1 + random(Math.min(64, input.length));
    pieces.push(input.subarray(at, at + length));
    at += length;
  }
  return pieces;
}
