// Many activations, a bounded number of them at once.

import type { Transfer } from './contender.ts';

const AT_ONCE = 16;

/** @throws the first failure */
export async function activateAll(transfers: readonly Transfer[]): Promise<void> {
  const rest = transfers.values();
  const worker = async () => {
    for (const transfer of rest) await transfer.activate();
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}
