// JIDs as the log writes them: in full, or as a keyed hash that only tells which lines belong together. [S5B-P-89]

import { createHmac, randomBytes } from 'node:crypto';

export type JidMode = 'full' | 'masked';

/**
 * A function that turns a JID into what is logged. The masking key is random and never leaves the process, so
 * that nobody can try out JIDs against an old log; the same JID looks different after a restart.
 */
export function jidWriter(mode: JidMode, key: Buffer = randomBytes(32)): (jid: string) => string {
  if (mode === 'full') return (jid) => jid;
  return (jid) => `jid:${createHmac('sha256', key).update(jid).digest('hex').slice(0, 16)}`;
}
