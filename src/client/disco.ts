// What others are and can do: service discovery as the one who asks, with a memory. [XEP-0030 §3, §4]

import { DISCO_INFO, DISCO_ITEMS, type Identity, readInfo, readItems } from '../wire/disco.ts';
import { attribute, type Element, xml } from '../wire/xml.ts';
import { normalise } from './same-jid.ts';
import type { RequestOptions, Session } from './session.ts';

export interface DiscoveredInfo {
  readonly identities: readonly Identity[];
  readonly features: readonly string[];
}

export interface DiscoverOptions extends RequestOptions {
  /** How old an answer may be; default 60 000 ms, 0 to ask anew. */
  readonly maxAgeMs?: number;
}

interface Remembered {
  readonly at: number;
  readonly info: DiscoveredInfo;
}

const MAX_AGE_MS = 60_000;
const MAX_REMEMBERED = 500;

/** What an entity is and can do. It is asked once a minute at most, and again when it has been away. @throws as `Session.request` */
export async function discoverInfo(
  session: Session,
  jid: string,
  { maxAgeMs = MAX_AGE_MS, ...limits }: DiscoverOptions = {},
): Promise<DiscoveredInfo> {
  const memory = memoryOf(session);
  const key = normalise(jid);
  const known = memory.get(key);
  if (known !== undefined && performance.now() - known.at < maxAgeMs) return known.info;
  const answer = await session.request(jid, 'get', xml('query', { xmlns: DISCO_INFO }), limits);
  const info = readInfo(answer);
  memory.delete(key);
  memory.set(key, { at: performance.now(), info });
  const [oldest] = memory.keys();
  if (memory.size > MAX_REMEMBERED && oldest !== undefined) memory.delete(oldest);
  return info;
}

/** The JIDs that an entity lists, each once and in its order. @throws as `Session.request` */
export async function discoverItems(
  session: Session,
  jid: string,
  limits: RequestOptions = {},
): Promise<readonly string[]> {
  return readItems(await session.request(jid, 'get', xml('query', { xmlns: DISCO_ITEMS }), limits));
}

const memories = new WeakMap<Session, Map<string, Remembered>>();

function memoryOf(session: Session): Map<string, Remembered> {
  const known = memories.get(session);
  if (known !== undefined) return known;
  const memory = new Map<string, Remembered>();
  memories.set(session, memory);
  session.onPresence((presence: Element) => {
    if (attribute(presence, 'type') === 'unavailable')
      memory.delete(normalise(attribute(presence, 'from') ?? ''));
  });
  return memory;
}
