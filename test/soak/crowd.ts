// Many actors at once, each doing one random thing after another; what went wrong is kept, by what it was.

import { below, type Site, scenarios } from './scenarios.ts';

const FAILURES_KEPT = 20;

export class Crowd {
  static readonly SIZE = 24;
  readonly failures: string[] = [];
  readonly #site: Site;
  readonly #counts = new Map<string, number>();
  #done = 0;

  constructor(site: Site) {
    this.#site = site;
  }

  /** Things done so far. */
  get done(): number {
    return this.#done;
  }

  /** Resolves when the last actor has finished what it began in that time. */
  async act(ms: number): Promise<void> {
    const until = Date.now() + ms;
    await Promise.all(Array.from({ length: Crowd.SIZE }, () => this.#actUntil(until)));
  }

  /** How often each thing was done. */
  tell(): string {
    const counts = [...this.#counts].map(([name, count]) => `${count} ${name}`);
    return `${this.#done} in all: ${counts.join(', ')}`;
  }

  async #actUntil(until: number): Promise<void> {
    while (Date.now() < until && this.failures.length < FAILURES_KEPT) {
      const scenario = pickScenario();
      try {
        await scenario(this.#site);
      } catch (error) {
        this.failures.push(`${scenario.name}: ${error instanceof Error ? error.message : String(error)}`);
      }
      this.#done++;
      this.#counts.set(scenario.name, (this.#counts.get(scenario.name) ?? 0) + 1);
    }
  }
}

function pickScenario() {
  let at = below(scenarios.reduce((sum, { weight }) => sum + weight, 0));
  for (const { weight, run } of scenarios) {
    at -= weight;
    if (at < 0) return run;
  }
  throw new Error('there is no scenario');
}
