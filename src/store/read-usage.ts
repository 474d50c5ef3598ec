// How much somebody has used, read beside a daemon that has the store open; for `streamhost check`.

import type { Allotment } from '../policy/quota.ts';
import { counterOf } from '../policy/quota-ledger.ts';
import { periodsAt } from '../policy/quota-periods.ts';
import { LmdbSums } from './lmdb.ts';

/** Bytes of this day and this month, in UTC. */
export interface Usage {
  readonly user: Allotment;
  readonly domain: Allotment;
}

/**
 * Nothing is made or written; what the last second has moved may be missing.
 * @param bareJid normalised, as the ledger is given it @param now milliseconds since 1970
 * @throws Error that says why the store cannot be read
 */
export async function readUsage(
  folder: string,
  bareJid: string,
  domain: string,
  now: number,
): Promise<Usage> {
  const { day, month } = periodsAt(now);
  const names = [counterOf('user', bareJid, day), counterOf('user', bareJid, month)];
  const store = LmdbSums.openToRead(folder);
  const sums = store?.read([...names, counterOf('domain', domain, day), counterOf('domain', domain, month)]);
  await store?.close();
  const [userDay = 0, userMonth = 0, domainDay = 0, domainMonth = 0] = sums ?? [];
  return { user: { day: userDay, month: userMonth }, domain: { day: domainDay, month: domainMonth } };
}
