// The resource of a person that takes files: presence says which there are, service discovery what they can do. [SI-I-02]

import { limited } from '../../client/deadline.ts';
import { discoverInfo } from '../../client/disco.ts';
import { TimedOutError } from '../../client/errors.ts';
import { isSameJid, normalise } from '../../client/same-jid.ts';
import type { Session } from '../../client/session.ts';
import { bareJid, parseJid } from '../../wire/jid.ts';
import { FILE_TRANSFER, SI } from '../../wire/si.ts';
import { attribute, type Element, xml } from '../../wire/xml.ts';

const SEARCH_MS = 10_000;
const ASK_MS = 5_000;

/**
 * The first resource that answers that it takes files. A full JID is taken at its word, and so is a component's. A
 * person is shown that we are here, so that our end is seen as well: an in-band transfer has no other sign of it. [IBB-28]
 * @param to a JID
 * @throws Error when there is none within 10 s; CancelledError, OfflineError
 */
export async function findReceiver(session: Session, to: string, signal: AbortSignal): Promise<string> {
  const jid = parseJid(to);
  if (jid === undefined || jid.local === '') return to;
  if (jid.resource !== '') {
    await session.send(xml('presence', { to }));
    return to;
  }
  const asked = new Set<string>();
  let found: (jid: string) => void = () => {};
  const receiver = new Promise<string>((resolve) => {
    found = resolve;
  });
  const ask = async (presence: Element) => {
    const from = attribute(presence, 'from') ?? '';
    const isOther = isResourceOf(from, to) && !isSameJid(from, session.jid);
    if (!isOther || attribute(presence, 'type') !== undefined || asked.has(normalise(from))) return;
    asked.add(normalise(from));
    const { features } = await discoverInfo(session, from, { timeoutMs: ASK_MS, signal });
    if (features.includes(SI) || features.includes(FILE_TRANSFER)) found(from);
  };
  const stop = session.onPresence((presence) => void ask(presence).catch(() => {})); // the next one may answer
  try {
    // For those who are not in our contact list: whoever gets it may show himself in return.
    await session.send(xml('presence', { to }));
    await session.send(xml('presence', { to, type: 'probe' }));
    return await limited(receiver, `a resource of ${to}`, SEARCH_MS, signal, session.link);
  } catch (error) {
    throw error instanceof TimedOutError ? new Error(explain(to, asked.size)) : error;
  } finally {
    stop();
  }
}

function isResourceOf(from: string, to: string): boolean {
  const jid = parseJid(from);
  return jid !== undefined && jid.resource !== '' && isSameJid(bareJid(jid), to);
}

function explain(to: string, seen: number): string {
  if (seen > 0) return `no resource of ${to} says that it takes files (${seen} seen)`;
  return `no resource of ${to} can be seen: expected somebody who is online and in your contact list, or a full JID`;
}
