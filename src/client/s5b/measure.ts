// How long a streamhost takes to accept a connection.

import { within } from '../deadline.ts';
import type { Address, Connect } from './dial.ts';
import { dial } from './socks.ts';

/** In milliseconds; undefined when there is no connection within `ms`. The connection is closed without a word. */
export async function measureConnect(
  address: Address,
  connect: Connect,
  ms: number,
): Promise<number | undefined> {
  const begun = performance.now();
  try {
    const socket = await dial(address, connect, within(ms));
    const taken = performance.now() - begun;
    socket.destroy();
    return taken;
  } catch {
    return undefined;
  }
}
