// Streams that draw from their rates, each woken up when its bytes are due: how much they move, how evenly, how often.

import { describe, expect, it } from 'vitest';
import { Allowance } from '../../../src/policy/allowance.ts';
import { type Rate, RateTable } from '../../../src/policy/rate.ts';

const SECOND = 1e9;
const MILLISECOND = 1e6;
const MB = 1e6;

interface Stream {
  readonly allowance: Allowance;
  wakeAt: number;
  moved: number;
  wakeUps: number;
}

/** Streams in simulated time that move all they may, in moves of at most 1 MiB, and are woken in whole milliseconds. */
class Simulation {
  now = 7 * SECOND;
  readonly table = new RateTable({ now: () => this.now });
  readonly #streams: Stream[] = [];

  stream(...rates: readonly Rate[]): number {
    const indices = rates.map(({ index }) => index);
    const allowance = new Allowance(this.table.slots, indices);
    return this.#streams.push({ allowance, wakeAt: this.now, moved: 0, wakeUps: 0 }) - 1;
  }

  moved(stream: number): number {
    return this.#streams[stream]?.moved ?? Number.NaN;
  }

  wakeUps(stream: number): number {
    return this.#streams[stream]?.wakeUps ?? Number.NaN;
  }

  /** @param lateMs how late whoever is due is woken at the most, besides the rest of the millisecond */
  run(seconds: number, lateMs = 0): void {
    const until = this.now + seconds * SECOND;
    for (let turns = 0; ; turns++) {
      const next = Math.min(...this.#streams.map(({ wakeAt }) => wakeAt));
      if (next >= until) break;
      const late = lateMs === 0 ? 0 : (turns * 7) % (lateMs + 1);
      this.now = Math.max(this.now, Math.ceil(next / MILLISECOND) * MILLISECOND) + late * MILLISECOND;
      const due = this.#streams.filter(({ wakeAt }) => wakeAt <= this.now);
      for (const stream of due.sort((one, other) => one.wakeAt - other.wakeAt)) this.#move(stream);
    }
    this.now = until;
  }

  #move(stream: Stream): void {
    stream.wakeUps++;
    for (;;) {
      const allowed = stream.allowance.ask(1024 * 1024, this.now);
      if (allowed === 0) break;
      stream.allowance.spend(allowed);
      stream.moved += allowed;
    }
    stream.wakeAt = stream.allowance.wakeAt(this.now);
  }
}

function jain(shares: readonly number[]): number {
  const sum = shares.reduce((one, other) => one + other, 0);
  return sum ** 2 / (shares.length * shares.reduce((squares, share) => squares + share ** 2, 0));
}

const seq = (length: number) => Array.from({ length }, (_, i) => i);

describe('what streams may move', () => {
  it.each([
    { megabytes: 0.01, count: 1, lateMs: 0 },
    { megabytes: 1, count: 1, lateMs: 0 },
    { megabytes: 10, count: 1, lateMs: 5 },
    { megabytes: 100, count: 1, lateMs: 5 },
    { megabytes: 1000, count: 1, lateMs: 5 },
    { megabytes: 1, count: 8, lateMs: 5 },
    { megabytes: 10, count: 8, lateMs: 0 },
    { megabytes: 100, count: 8, lateMs: 5 },
    { megabytes: 100, count: 64, lateMs: 5 },
    { megabytes: 1, count: 500, lateMs: 0 },
  ])(
    'is within 5 % of $megabytes MB/s for $count streams in ten seconds, shared evenly, with few wake-ups',
    ({ megabytes, count, lateMs }) => {
      const simulation = new Simulation();
      const rate = simulation.table.open(megabytes * MB);
      const streams = seq(count).map(() => simulation.stream(rate));
      simulation.run(10, lateMs);
      const shares = streams.map((stream) => simulation.moved(stream));
      const measured = shares.reduce((one, other) => one + other, 0) / (megabytes * MB * 10);
      expect(measured).toBeGreaterThan(0.95);
      expect(measured).toBeLessThan(1.05);
      if (count < 500) expect(jain(shares)).toBeGreaterThan(0.95);
      const wakeUps = streams.map((stream) => simulation.wakeUps(stream) / 10);
      expect(Math.max(...wakeUps)).toBeLessThan(count === 1 ? 50 : 30);
    },
  );

  it('is bounded by the narrowest of its rates, and what one cannot use is for the others', () => {
    const simulation = new Simulation();
    const total = simulation.table.open(10 * MB);
    const narrow = simulation.table.open(1 * MB);
    const slow = simulation.stream(narrow, total);
    const fast = seq(3).map(() => simulation.stream(total));
    simulation.run(10);
    expect(simulation.moved(slow) / MB).toBeGreaterThan(9.5);
    expect(simulation.moved(slow) / MB).toBeLessThan(10.5);
    for (const stream of fast) {
      expect(simulation.moved(stream) / MB).toBeGreaterThan(28);
      expect(simulation.moved(stream) / MB).toBeLessThan(32);
    }
  });

  it('is shared evenly with one that comes later', () => {
    const simulation = new Simulation();
    const rate = simulation.table.open(10 * MB);
    const early = simulation.stream(rate);
    simulation.run(2);
    const late = simulation.stream(rate);
    const before = simulation.moved(early);
    simulation.run(5);
    expect(simulation.moved(late) / (simulation.moved(early) - before)).toBeGreaterThan(0.9);
    expect(simulation.moved(late) / (simulation.moved(early) - before)).toBeLessThan(1.1);
  });

  it('follows a rate that is changed, up and down, within about a second', () => {
    const simulation = new Simulation();
    const rate = simulation.table.open(2000);
    const streams = seq(4).map(() => simulation.stream(rate));
    const moved = () => streams.reduce((sum, stream) => sum + simulation.moved(stream), 0);
    simulation.run(3);
    simulation.table.set(rate, 100 * MB);
    simulation.run(1);
    const atSpeed = moved();
    simulation.run(1);
    expect((moved() - atSpeed) / MB).toBeGreaterThan(95);
    simulation.table.set(rate, 2000);
    simulation.run(1);
    const slow = moved();
    simulation.run(10);
    expect(moved() - slow).toBeGreaterThan(12_000);
    expect(moved() - slow).toBeLessThan(24_000);
  });

  it('is what is left of a stock, to the last byte, and more when it is set anew', () => {
    const simulation = new Simulation();
    const stock = simulation.table.openStock(10 * MB + 1);
    const streams = seq(5).map(() => simulation.stream(simulation.table.open(5 * MB), stock));
    const moved = () => streams.reduce((sum, stream) => sum + simulation.moved(stream), 0);
    simulation.run(5, 5);
    expect(moved()).toBe(10 * MB + 1);
    simulation.table.setStock(stock, 7);
    simulation.run(2);
    expect(moved()).toBe(10 * MB + 8);
  });

  it('is nothing while a stock is used up, and nothing is reserved of the other rates', () => {
    const { table } = new Simulation();
    const rate = table.open(MB, MB);
    const waiting = new Allowance(table.slots, [rate.index, table.openStock(0).index]);
    expect(waiting.ask(1000, 7 * SECOND)).toBe(0);
    expect(waiting.wakeAt(7 * SECOND)).toBe(8 * SECOND);
    expect(waiting.turn(1000, 7 * SECOND)).toBe(1);
    expect(table.slots.level(rate.index, 7 * SECOND)).toBe(MB);
  });

  it('goes back when it is not moved', () => {
    const { table } = new Simulation();
    const rate = table.open(MB, MB);
    const idle = new Allowance(table.slots, [rate.index]);
    expect(idle.ask(MB, 7 * SECOND)).toBe(MB);
    idle.spend(1000);
    idle.giveBack();
    idle.giveBack();
    expect(table.slots.level(rate.index, 7 * SECOND)).toBe(MB - 1000);
    expect(idle.ask(2 * MB, 7 * SECOND)).toBe(MB - 1000);
    idle.spend(MB - 1000);
    expect(idle.ask(MB, 7 * SECOND)).toBe(0); // reserved
    expect(table.slots.level(rate.index, 7 * SECOND)).toBeLessThan(0);
    idle.giveBack();
    expect(table.slots.level(rate.index, 7 * SECOND)).toBe(0);
  });

  it('is everything without a rate, and with unlimited ones', () => {
    const { table } = new Simulation();
    for (const rates of [[], [table.open(undefined).index]]) {
      expect(new Allowance(table.slots, rates).ask(MB, 7 * SECOND)).toBe(MB);
    }
  });
});
