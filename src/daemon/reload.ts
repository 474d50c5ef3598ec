// Puts another configuration in force while everything runs: whole, or not at all.
//
// Each part first gets ready, and may refuse by throwing; then all of them change in one turn, and none may fail.

import { compareConfigs } from '../config/changes.ts';
import type { Loaded } from '../config/load.ts';
import { formatProblem } from '../config/problem.ts';
import type { Config } from '../config/schema.ts';
import type { Observer } from '../rendezvous/ports.ts';

/** A part that has got ready for a configuration. */
export interface Prepared {
  commit(): void;
  /** Another part has refused: what was opened is closed again. */
  abandon?(): void;
  /** Keys that this part leaves as they were until a restart. */
  readonly needRestart?: readonly string[];
}

const STOPPING = 'streamhost is stopping';

export class Reloads {
  readonly #observer: Observer;
  readonly #parts: ((next: Config) => Promise<Prepared> | Prepared)[] = [];
  #running: Config;
  #last: Promise<unknown> = Promise.resolve();
  #stopped = false;

  constructor(config: Config, observer: Observer) {
    this.#running = config;
    this.#observer = observer;
  }

  /** What is in force. */
  get config(): Config {
    return this.#running;
  }

  /** A part that may refuse, by throwing an Error in words for the operator. Parts change in the order given. */
  add(prepare: (next: Config) => Promise<Prepared> | Prepared): void {
    this.#parts.push(prepare);
  }

  /** A part that takes every valid configuration. */
  onChange(change: (next: Config) => void): void {
    this.add((next) => ({ commit: () => change(next) }));
  }

  /** True when it is in force. One after the other. Never rejects. */
  reload(loaded: Loaded): Promise<boolean> {
    const done = this.#last.then(() => this.#reload(loaded));
    this.#last = done;
    return done;
  }

  /** From now on what is in force stays. */
  stop(): void {
    this.#stopped = true;
  }

  async #reload(loaded: Loaded): Promise<boolean> {
    if (this.#stopped) return this.#reject([STOPPING]);
    if (!loaded.ok) return this.#reject(loaded.problems.map(formatProblem));
    const { changed, needRestart, effective } = compareConfigs(this.#running, loaded.config);
    const ready: Prepared[] = [];
    try {
      for (const prepare of this.#parts) ready.push(await prepare(effective));
      if (this.#stopped) throw new Error(STOPPING);
    } catch (error) {
      for (const part of ready) part.abandon?.();
      return this.#reject([error instanceof Error ? error.message : String(error)]);
    }
    this.#running = effective;
    for (const part of ready) part.commit();
    const kept = ready.flatMap((part) => part.needRestart ?? []);
    this.#observer.observe({
      kind: 'reloaded',
      changed,
      needRestart: [...needRestart, ...kept],
      listeners: effective.listen.length,
      selfCheck: effective.selfCheck.enabled,
    });
    return true;
  }

  #reject(reasons: readonly string[]): false {
    this.#observer.observe({ kind: 'reload-rejected', reasons });
    return false;
  }
}
