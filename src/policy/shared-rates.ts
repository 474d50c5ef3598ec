// Rates that several streams draw from together, by a name; each lives as long as any of these streams does. [S5B-P-85]

import type { Rate } from './rate.ts';
import type { Rates } from './rate-limits.ts';

interface Shared {
  readonly rate: Rate;
  streams: number;
}

export class SharedRates {
  readonly #table: Pick<Rates, 'release'>;
  readonly #shared = new Map<string, Shared>();

  constructor(table: Pick<Rates, 'release'>) {
    this.#table = table;
  }

  /** One more stream draws from it; each `join` is followed by one `leave`. @param open called by the first one */
  join(name: string, open: () => Rate): Rate {
    const shared = this.#shared.get(name) ?? { rate: open(), streams: 0 };
    shared.streams++;
    this.#shared.set(name, shared);
    return shared.rate;
  }

  leave(name: string): void {
    const shared = this.#shared.get(name);
    if (shared === undefined) return;
    shared.streams--;
    if (shared.streams > 0) return;
    this.#shared.delete(name);
    this.#table.release(shared.rate);
  }
}
