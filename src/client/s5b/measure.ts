// How long a streamhost takes to accept a connection.

import { within } from '../deadline.ts';
import type { Address, Connect } from './dial.ts';
import { dial } from './socks.ts';

/**
 * Of its addresses the quickest one, in milliseconds: one that is dead is no reason to do without the others
 * [S5B-R-11]. Undefined when none takes a connection within `ms`. Connections are closed without a word.
 */
export async function measureQuickest(
  addresses: readonly Address[],
  connect: Connect,
  ms: number,
): Promise<number | undefined> {
  const begun = performance.now();
  const end = new AbortController();
  const limit = within(ms, end.signal);
  const touch = async (address: Address) => {
    const socket = await dial(address, connect, limit);
    socket.destroy();
    return performance.now() - begun;
  };
  try {
    return await Promise.any(addresses.map(touch));
  } catch {
    return undefined;
  } finally {
    end.abort();
  }
}
