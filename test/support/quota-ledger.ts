// A ledger over a store in memory, with both clocks in the hands of the test.

import { StoredLedger } from '../../src/policy/quota-ledger.ts';
import { ManualClock } from './clock.ts';
import { MemoryStore } from './memory-store.ts';

const NONE = Number.POSITIVE_INFINITY;

/** No limits but the given ones, in bytes. */
export function limits({ userDay = NONE, userMonth = NONE, domainDay = NONE, domainMonth = NONE } = {}) {
  return { user: { day: userDay, month: userMonth }, domain: { day: domainDay, month: domainMonth } };
}

export class LedgerUnderTest {
  readonly clock = new ManualClock();
  readonly store: MemoryStore;
  readonly ledger: StoredLedger;
  /** What was told of the store, a line each. */
  readonly told: string[] = [];
  #wall: number;

  constructor({ store = new MemoryStore(), at = '2026-11-23T12:00:00Z', capacity = 1000 } = {}) {
    this.store = store;
    this.#wall = Date.parse(at) - this.clock.now();
    this.ledger = new StoredLedger({
      store,
      clock: this.clock,
      wallClock: () => this.#wall + this.clock.now(),
      watcher: {
        onFailed: (operation, error) => this.told.push(`${operation} failed: ${error.message}`),
        onRecovered: (operation, ms) => this.told.push(`${operation} works again after ${ms} ms`),
      },
      capacity,
    });
  }

  /** Someone sets the wall clock. */
  setWallClock(time: string): void {
    this.#wall = Date.parse(time) - this.clock.now();
  }

  /** Time passes, and whatever it began comes to its end. */
  async advance(ms: number): Promise<void> {
    this.clock.advance(ms);
    await settled();
  }

  /** All that the store has of someone, in the period. */
  async stored(period: string, subject: string): Promise<number | undefined> {
    const [sum] = await this.store.read([{ period, subject }]);
    return sum;
  }
}

/** Lets promises run. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
