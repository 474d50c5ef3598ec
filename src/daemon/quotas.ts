// The quotas as the configuration has them: who counts the bytes, and in which store; changed by a reload.

import type { Config } from '../config/schema.ts';
import { noQuotas, type QuotaLedger, type QuotaLimits, type QuotaVerdict } from '../policy/quota.ts';
import type { StoredLedger } from '../policy/quota-ledger.ts';
import type { Clock, Observer, QuotaReadings } from '../rendezvous/ports.ts';
import { StartError } from './start-error.ts';

interface Open {
  readonly folder: string;
  readonly ledger: StoredLedger;
}

const NOTHING: QuotaReadings = {
  highestShare: 0,
  unwrittenBytes: 0,
  uncountedBytes: 0,
  writes: 0,
  failures: 0,
};

export class Quotas implements QuotaLedger {
  readonly #clock: Clock;
  readonly #observer: Observer;
  #open: Open | undefined;

  constructor(clock: Clock, observer: Observer) {
    this.#clock = clock;
    this.#observer = observer;
  }

  /** Opens the store, if there is to be one. @throws StartError */
  async open(config: Config): Promise<void> {
    const { commit } = await this.prepare(config);
    commit();
  }

  /** Gets ready for another configuration. @throws StartError when the store that is then wanted cannot be opened */
  async prepare({ quotas: { store } }: Config): Promise<{ commit(): void; abandon(): void }> {
    if (store === this.#open?.folder) return { commit: () => {}, abandon: () => {} };
    const next = store === undefined ? undefined : { folder: store, ledger: await this.#openLedger(store) };
    return {
      commit: () => {
        void this.#open?.ledger.close();
        this.#open = next;
      },
      abandon: () => void next?.ledger.close(),
    };
  }

  recall(bareJid: string, domain: string): Promise<void> {
    return this.#ledger.recall(bareJid, domain);
  }

  check(bareJid: string, domain: string, limits: QuotaLimits): QuotaVerdict {
    return this.#ledger.check(bareJid, domain, limits);
  }

  charge(bareJid: string, domain: string, bytes: number, limits: QuotaLimits): QuotaVerdict {
    return this.#ledger.charge(bareJid, domain, bytes, limits);
  }

  readings(): QuotaReadings {
    return this.#open?.ledger.state() ?? NOTHING;
  }

  /** Writes what is left, and closes the store. Idempotent; never rejects. */
  async close(): Promise<void> {
    await this.#open?.ledger.close();
  }

  get #ledger(): QuotaLedger {
    return this.#open?.ledger ?? noQuotas;
  }

  /** Loads what it needs only here: a daemon without quotas starts without it. */
  async #openLedger(folder: string): Promise<StoredLedger> {
    const [{ LmdbStore }, { StoredLedger }] = await Promise.all([
      import('../store/lmdb-store.ts'),
      import('../policy/quota-ledger.ts'),
    ]);
    const store = await LmdbStore.open(folder).catch((cause) => {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new StartError(`cannot open the store ${folder} (quotas.store): ${why}`, { cause });
    });
    return new StoredLedger({
      store,
      clock: this.#clock,
      wallClock: Date.now,
      watcher: {
        onFailed: (operation, error) => this.#observer.observe({ kind: 'store-failed', operation, error }),
        onRecovered: (operation, failedForMs) =>
          this.#observer.observe({ kind: 'store-recovered', operation, failedForMs }),
      },
    });
  }
}
