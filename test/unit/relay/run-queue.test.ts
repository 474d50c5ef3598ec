// Whose turn it is among the directions of a relay worker.

import { describe, expect, it } from 'vitest';
import { RunQueue, SHORT_BYTES, TALKS, type Task } from '../../../src/relay/splice/run-queue.ts';

const KiB = 1024;
const MiB = 1024 * KiB;

/** A task with so many bytes to move; writes its name and the size of each move down. */
class Source implements Task {
  queued = false;
  moved = 0;
  shortMoves = TALKS;
  readonly #name: string;
  readonly #moves: [string, number][];
  left: number;

  constructor(name: string, left: number, moves: [string, number][]) {
    this.#name = name;
    this.left = left;
    this.#moves = moves;
  }

  run(limit: number): boolean {
    const moved = Math.min(limit, this.left);
    this.moved = moved;
    if (moved === 0) return false;
    this.left -= moved;
    this.shortMoves = moved < SHORT_BYTES && moved < limit ? this.shortMoves + 1 : 0;
    this.#moves.push([this.#name, moved]);
    return true;
  }
}

function setUp() {
  const queue = new RunQueue();
  const moves: [string, number][] = [];
  const source = (name: string, bytes: number) => new Source(name, bytes, moves);
  return { queue, moves, source };
}

describe('the run queue of a relay worker', () => {
  it('moves everything, and is empty then', () => {
    const { queue, source } = setUp();
    const tasks = [source('a', 10), source('b', 5 * MiB), source('c', 20 * KiB)];
    for (const task of tasks) queue.add(task);
    for (let turns = 0; !queue.isEmpty && turns < 1000; turns++) queue.turn();
    expect(queue.isEmpty).toBe(true);
    expect(tasks.map(({ left }) => left)).toEqual([0, 0, 0]);
  });

  it('gives every bulk stream its turn before any gets a second one', () => {
    const { queue, moves, source } = setUp();
    for (const name of ['a', 'b', 'c']) queue.add(source(name, 100 * MiB));
    for (let turns = 0; turns < 10; turns++) queue.turn();
    const order = moves.slice(3, 12).map(([name]) => name); // the first three were too short to count as bulk yet
    expect(order.join('')).toBe('abcabcabc');
  });

  it('lets short talk wait for one long move at most', () => {
    const { queue, moves, source } = setUp();
    for (let i = 0; i < 64; i++) queue.add(source(`bulk ${i}`, 100 * MiB));
    queue.turn();
    queue.turn();
    const before = moves.length;
    queue.add(source('talk', 1));
    queue.turn();
    expect(moves[before]).toEqual(['talk', 1]);
  });

  it('moves less at a time while somebody talks, and more when it is quiet again', () => {
    const { queue, moves, source } = setUp();
    queue.add(source('bulk', 2000 * MiB));
    queue.turn();
    queue.turn();
    expect(moves.at(-1)?.[1]).toBe(MiB);
    queue.add(source('talk', 1));
    queue.turn();
    expect(moves.at(-1)?.[1]).toBe(64 * KiB);
    for (let turns = 0; turns < 4200; turns++) queue.turn();
    expect(moves.at(-1)?.[1]).toBe(MiB);
  });

  it('does not take what bulk leaves over for talk: only two short moves on end are', () => {
    const { queue, moves, source } = setUp();
    const bulk = source('bulk', 16 * KiB + 4 * MiB + 3000);
    queue.add(bulk);
    for (let turns = 0; turns < 8; turns++) queue.turn();
    expect(moves.at(-1)).toEqual(['bulk', 3000]);
    bulk.left = 2 * MiB;
    queue.add(bulk);
    queue.turn();
    expect(moves.at(-1)).toEqual(['bulk', MiB]);
  });

  it('takes a task once, however often it is added', () => {
    const { queue, moves, source } = setUp();
    const task = source('a', 1);
    queue.add(task);
    queue.add(task);
    queue.turn();
    expect(moves).toEqual([['a', 1]]);
  });
});
