// Every quota store, for the contract tests: a new one is added here.

import type { QuotaStore } from '../../src/policy/quota-store.ts';
import { LmdbStore } from '../../src/store/lmdb-store.ts';
import { MemoryStore } from '../support/memory-store.ts';

export interface StoreUnderTest {
  readonly name: string;
  /** A place that is empty; `open` may be called again and again, also while others have it open. */
  create(folder: string): { open(): Promise<QuotaStore> };
}

export const quotaStores: readonly StoreUnderTest[] = [
  { name: 'lmdb', create: (folder) => ({ open: () => LmdbStore.open(folder) }) },
  {
    name: 'the memory of the tests',
    create: () => {
      const sums = new Map<string, bigint>();
      return { open: async () => new MemoryStore(sums) };
    },
  },
];
