// Names for transfers that no two runs share, and their session keys. [XEP-0065 §5.3.2]

import { randomUUID } from 'node:crypto';
import { type SessionKey, sessionKey } from '../../src/wire/session-key.ts';

export interface NamedTransfer {
  readonly sid: string;
  readonly key: SessionKey;
}

/** Proxies do not ask whether the target exists: the activation names it, and the key proves it. */
export function nameTransfer(requester: string, target: string): NamedTransfer {
  const sid = randomUUID();
  return { sid, key: sessionKey(sid, requester, target) };
}
