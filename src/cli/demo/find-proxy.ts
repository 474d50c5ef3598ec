// How a client finds a bytestreams proxy: items of the server, info of each, identity proxy/bytestreams. [XEP-0065 §4] [S5B-R-01]

import { DISCO_INFO, DISCO_ITEMS } from '../../wire/disco.ts';
import { attribute, type Element, xml } from '../../wire/xml.ts';
import type { User } from './user.ts';

const ASK_MS = 10_000;
const MAX_ITEMS = 20;

export interface Found {
  /** The JIDs that the server lists. */
  readonly items: readonly string[];
  /** The proxy's JID, and the name it gives itself. */
  readonly jid: string;
  readonly name: string;
}

/** The first of the server's items that is a proxy; an item that does not answer is passed over. @throws Error if none is */
export async function findProxy(user: User, server: string, signal: AbortSignal): Promise<Found> {
  const query = xml('query', { xmlns: DISCO_ITEMS });
  const answer = await user.ask('get', server, query, ASK_MS, signal);
  const items = children(answer, DISCO_ITEMS, 'item').flatMap((item) => attribute(item, 'jid') ?? []);
  for (const jid of items.slice(0, MAX_ITEMS)) {
    const identity = await proxyIdentity(user, jid, signal);
    if (identity !== undefined) return { items, jid, name: attribute(identity, 'name') ?? '' };
  }
  throw new Error(`${server} lists no bytestreams proxy (its items: ${items.join(', ') || 'none'})`);
}

async function proxyIdentity(user: User, jid: string, signal: AbortSignal): Promise<Element | undefined> {
  try {
    const info = await user.ask('get', jid, xml('query', { xmlns: DISCO_INFO }), ASK_MS, signal);
    return children(info, DISCO_INFO, 'identity').find(
      (identity) =>
        attribute(identity, 'category') === 'proxy' && attribute(identity, 'type') === 'bytestreams',
    );
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof Error) return undefined;
    throw error;
  }
}

function children(iq: Element, namespace: string, name: string): Element[] {
  return iq.getChild('query', namespace)?.getChildren(name, namespace) ?? [];
}
