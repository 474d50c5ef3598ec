// Which proxies a requester can offer: those of its server or of a list, where they listen, the quickest first.
// [XEP-0065 §4] [S5B-R-01]

import { readStreamhosts } from '../wire/bytestream-offer.ts';
import { BYTESTREAMS, type Streamhost } from '../wire/bytestreams.ts';
import { parseJid } from '../wire/jid.ts';
import { findChildren, xml } from '../wire/xml.ts';
import { explainAbort, limited } from './deadline.ts';
import { discoverInfo, discoverItems } from './disco.ts';
import { type Connect, connectAnywhere } from './s5b/dial.ts';
import { measureQuickest } from './s5b/measure.ts';
import type { Session } from './session.ts';

export interface Proxy {
  readonly jid: string;
  /** As it named them; at least one. */
  readonly streamhosts: readonly Streamhost[];
  /** How long a TCP connection to the quickest of them took, in milliseconds; undefined when there was none. */
  readonly connectMs: number | undefined;
}

export interface FindProxiesOptions {
  /** These JIDs, in place of what the server lists. */
  readonly jids?: readonly string[];
  /** The server to ask; default: our own. */
  readonly server?: string;
  /** For each question, and for each connection; default 5 000 ms. */
  readonly timeoutMs?: number;
  /** How old the answer may be; default 600 000 ms, 0 to look anew. */
  readonly maxAgeMs?: number;
  /** How connections are measured; default: plain TCP. */
  readonly connect?: Connect;
  readonly signal?: AbortSignal;
}

interface Found {
  readonly at: number;
  readonly proxies: Promise<readonly Proxy[]>;
}

const MAX_ITEMS = 20;
const MAX_AGE_MS = 600_000;
const ASK_MS = 5_000;

/**
 * The proxies, those that take a connection soonest first, those that took none last. An item that does not answer
 * or is no proxy is passed over.
 * @throws StanzaError, TimedOutError when the server does not list its items; CancelledError, OfflineError
 */
export async function findProxies(
  session: Session,
  options: FindProxiesOptions = {},
): Promise<readonly Proxy[]> {
  const { jids, server = serverOf(session), maxAgeMs = MAX_AGE_MS, signal } = options;
  const key = JSON.stringify(jids ?? server);
  const memory = memories.get(session) ?? new Map<string, Found>();
  memories.set(session, memory);
  let found = memory.get(key);
  if (found === undefined || performance.now() - found.at > maxAgeMs) {
    found = { at: performance.now(), proxies: look(session, server, options) };
    memory.set(key, found);
    found.proxies.then(({ length }) => length === 0 && memory.delete(key)).catch(() => memory.delete(key));
  }
  return limited(found.proxies, 'the list of proxies', 4 * ASK_MS, signal);
}

const memories = new WeakMap<Session, Map<string, Found>>();

/** Not called off with the transfer that asked: others may wait for the same answer. */
async function look(
  session: Session,
  server: string,
  { jids, timeoutMs = ASK_MS, connect = connectAnywhere }: FindProxiesOptions,
): Promise<readonly Proxy[]> {
  const candidates = jids ?? (await discoverItems(session, server, { timeoutMs })).slice(0, MAX_ITEMS);
  const found = await Promise.all(
    candidates.map(async (jid): Promise<Proxy[]> => {
      try {
        if (jids === undefined && !(await isProxy(session, jid, timeoutMs))) return [];
        const streamhosts = await askForAddress(session, jid, { timeoutMs });
        if (streamhosts.length === 0) return [];
        return [{ jid, streamhosts, connectMs: await measureQuickest(streamhosts, connect, timeoutMs) }];
      } catch {
        return []; // the others may do
      }
    }),
  );
  if (session.link.aborted) throw explainAbort(session.link, 'the list of proxies');
  const rank = ({ connectMs = Number.POSITIVE_INFINITY }: Proxy) => connectMs;
  return found.flat().sort((a, b) => (rank(a) < rank(b) ? -1 : Number(rank(a) > rank(b))));
}

/** Where a proxy takes connections, as it says itself. @throws as `Session.request` */
export async function askForAddress(
  session: Session,
  proxy: string,
  limits: { readonly timeoutMs?: number; readonly signal?: AbortSignal } = {},
): Promise<readonly Streamhost[]> {
  const answer = await session.request(proxy, 'get', xml('query', { xmlns: BYTESTREAMS }), limits);
  return findChildren(answer, 'query', BYTESTREAMS).flatMap(readStreamhosts);
}

async function isProxy(session: Session, jid: string, timeoutMs: number): Promise<boolean> {
  const { identities } = await discoverInfo(session, jid, { timeoutMs });
  return identities.some(({ category, type }) => category === 'proxy' && type === 'bytestreams');
}

/** A component's server is the domain above it. */
function serverOf({ jid }: Session): string {
  const { local = '', domain = jid } = parseJid(jid) ?? {};
  return local === '' ? domain.slice(domain.indexOf('.') + 1) : domain;
}
