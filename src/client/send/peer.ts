// What is known of the peer before it is offered anything. [XEP-0095 §3.1]

import { parseJid } from '../../wire/jid.ts';
import { FILE_TRANSFER, SI } from '../../wire/si.ts';
import { discoverInfo } from '../disco.ts';
import { NotSupportedError, StanzaError, TimedOutError } from '../errors.ts';
import { type Method, namespaceOfMethod } from '../methods.ts';
import type { Session } from '../session.ts';

const DISCO_MS = 5_000;

/** Offers go to one resource of a person, or to a component. [SI-I-02] @throws TypeError */
export function requireFullJid(to: string): void {
  const jid = parseJid(to);
  if (jid === undefined || (jid.local !== '' && jid.resource === ''))
    throw new TypeError(
      `expected a full JID such as bob@example.org/phone to send to, got ${JSON.stringify(to)}`,
    );
}

/**
 * Of these methods those that the peer knows. A peer that does not say what it can do is offered all: it may do it
 * all the same, and will answer the offer. [SI-I-01]
 * @throws NotSupportedError when it says that it takes no files; CancelledError, OfflineError
 */
export async function chooseMethods(
  session: Session,
  to: string,
  methods: readonly Method[],
  signal: AbortSignal | undefined,
): Promise<readonly Method[]> {
  try {
    const { features } = await discoverInfo(session, to, { timeoutMs: DISCO_MS, ...(signal && { signal }) });
    if (!features.includes(SI) && !features.includes(FILE_TRANSFER))
      throw new NotSupportedError(`${to} takes no files by Stream Initiation`);
    const known = methods.filter((method) => features.includes(namespaceOfMethod(method)));
    return known.length > 0 ? known : methods;
  } catch (error) {
    if (error instanceof StanzaError || error instanceof TimedOutError) return methods;
    throw error;
  }
}
