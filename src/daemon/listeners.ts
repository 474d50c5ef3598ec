// The listeners that the configuration wants: opened together or not at all, and changed while the daemon runs.

import { isDeepStrictEqual } from 'node:util';
import { overlaps } from '../config/cross-checks.ts';
import { formatAddress } from '../config/host.ts';
import type { Config } from '../config/schema.ts';
import type { Address, Listener, ListenerParts } from '../listener/listener.ts';
import { openListener } from './open-ports.ts';
import { StartError } from './start-error.ts';

type Wanted = Config['listen'][number];

interface Entry {
  readonly wanted: Wanted;
  readonly listener: Listener;
}

/** Listeners that are open already, but not in force. */
export interface PreparedListeners {
  /** Puts them in force; those that are no longer wanted accept nobody any more, and their streams run on. */
  commit(): void;
  /** Closes the new ones. */
  abandon(): void;
  /** Those whose options differ, and stay as they were until a restart. */
  readonly needRestart: readonly string[];
}

export class Listeners {
  readonly #parts: ListenerParts;
  #entries: readonly Entry[] = [];

  /** @throws StartError when one cannot be bound; then none is open */
  static async open(wanted: readonly Wanted[], parts: ListenerParts): Promise<Listeners> {
    const listeners = new Listeners(parts);
    (await listeners.prepare(wanted)).commit();
    return listeners;
  }

  private constructor(parts: ListenerParts) {
    this.#parts = parts;
  }

  /** In the order of the configuration, with the real ports. */
  get addresses(): readonly Address[] {
    return this.#entries.map(({ listener }) => listener.address);
  }

  /** All of them accept. */
  get open(): boolean {
    return this.#entries.every(({ listener }) => listener.listening);
  }

  /**
   * Opens what is new. A listener whose address stays is kept as it is, with its old options, since its port cannot
   * be bound twice. @throws StartError when one cannot be bound; then nothing has changed
   */
  async prepare(wanted: readonly Wanted[]): Promise<PreparedListeners> {
    const left = [...this.#entries];
    const opened: Listener[] = [];
    const next: Entry[] = [];
    const needRestart: string[] = [];
    const abandon = () => opened.forEach((listener) => void listener.close());
    for (const [index, address] of wanted.entries()) {
      const kept = left.findIndex((entry) => isSameAddress(entry.wanted, address));
      const [entry] = kept === -1 ? [] : left.splice(kept, 1);
      if (entry) {
        next.push(entry);
        if (!isDeepStrictEqual(entry.wanted, address)) needRestart.push(`listen[${index}]`);
        continue;
      }
      try {
        const listener = await openListener(`listen[${index}]`, address, this.#parts);
        opened.push(listener);
        next.push({ wanted: address, listener });
      } catch (error) {
        abandon();
        throw this.#explain(`listen[${index}]`, address, error);
      }
    }
    const commit = () => {
      this.#entries = next;
      for (const { listener } of left) listener.stopAccepting();
    };
    return { commit, abandon, needRestart };
  }

  /** A port that is in use may be our own: for another host the old listener would have to be closed first. */
  #explain(key: string, address: Wanted, error: unknown): unknown {
    const own = this.addresses.find((open) => overlaps(open, address));
    if (own === undefined || !isInUse(error)) return error;
    const [wanted, open] = [address, own].map(({ host, port }) => formatAddress(host, port));
    const why = `this process has ${open} open; another host for the same port needs a restart`;
    return new StartError(`cannot listen on ${wanted} (${key}): ${why}`, { cause: error });
  }

  /** Accept nobody any more; handshakes in progress go on. */
  stopAccepting(): void {
    for (const { listener } of this.#entries) listener.stopAccepting();
  }

  /** Accept nobody any more, and cut the handshakes in progress. Idempotent. */
  close(): void {
    for (const { listener } of this.#entries) listener.close();
  }
}

function isSameAddress(a: Address, b: Address): boolean {
  return a.host === b.host && a.port === b.port;
}

function isInUse(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE';
}
