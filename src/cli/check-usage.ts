// `streamhost check --explain JID`: how much of the quotas is used, read beside a daemon that runs.

import type { Chapter } from '../config/chapter.ts';
import type { Config } from '../config/schema.ts';
import { identify } from '../policy/admission.ts';
import { formatBytes } from '../policy/quota-text.ts';

/** For programs; bytes of this day and month, or why they cannot be read. */
export type UsageFacts =
  | { readonly user: Used; readonly domain: Used }
  | { readonly error: string }
  | undefined;

interface Used {
  readonly day: number;
  readonly month: number;
}

/** Undefined where nothing is counted. @param now milliseconds since 1970 */
export async function readUsageOf({ quotas }: Config, jid: string, now: number): Promise<UsageFacts> {
  if (quotas.store === undefined) return undefined;
  const { readUsage } = await import('../store/read-usage.ts'); // only who has quotas needs the store
  const { bareJid, domain } = identify(jid);
  try {
    return await readUsage(quotas.store, bareJid, domain, now);
  } catch (error) {
    return { error: `${quotas.store}: ${error instanceof Error ? error.message : String(error)}` };
  }
}

/** The same in words. */
export function explainUsage(usage: UsageFacts): Chapter[] {
  if (usage === undefined) return [];
  if ('error' in usage) return [{ title: 'Used', lines: [`Cannot be read: ${usage.error}`] }];
  const line = (whose: string, { day, month }: Used) =>
    `${whose}: ${formatBytes(day)} today, ${formatBytes(month)} this month (UTC).`;
  return [{ title: 'Used', lines: [line('This requester', usage.user), line('Its domain', usage.domain)] }];
}
