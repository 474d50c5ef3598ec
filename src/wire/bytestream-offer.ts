// The bytestreams query between requester and target: an offer of streamhosts, the one that is used, the activation.
// [XEP-0065 §5.3, §6.3, §9.1]

import { BYTESTREAMS, type Streamhost, writeStreamhosts } from './bytestreams.ts';
import { parseSessionKey, type SessionKey } from './session-key.ts';
import { attribute, type Element, findChildren, xml } from './xml.ts';

/** [XEP-0065 §9.2] */
const DEFAULT_PORT = 1080;
const MAX_STREAMHOSTS = 32;

export interface BytestreamOffer {
  readonly sid: string;
  readonly streamhosts: readonly Streamhost[];
  /** The name to ask the streamhost for, when it cannot be made of the JIDs in the iq, as in a chat room. [XEP-0065 §7] */
  readonly dstaddr?: SessionKey;
}

export type ReadBytestreamOffer =
  | { readonly ok: true; readonly offer: BytestreamOffer }
  | { readonly ok: false; readonly reason: 'bad-request' | 'udp' };

/** The `<query/>` of the set that offers streamhosts. [S5B-R-02] [S5B-R-15] */
export function writeBytestreamOffer({ sid, streamhosts, dstaddr }: BytestreamOffer): Element {
  const query = writeStreamhosts(streamhosts, sid);
  query.attrs.mode = 'tcp';
  if (dstaddr !== undefined) query.attrs.dstaddr = dstaddr;
  return query;
}

/**
 * Reads the `<query/>` of a set that offers streamhosts. A `dstaddr` that is no session key is not taken: it would
 * let the peer choose bytes that we send to a host of its choice. [S5B-T-01] [S5B-T-03] [S5B-T-07] [S5B-T-12]
 */
export function readBytestreamOffer(query: Element): ReadBytestreamOffer {
  if (attribute(query, 'mode') === 'udp') return { ok: false, reason: 'udp' };
  const sid = attribute(query, 'sid') ?? '';
  const streamhosts = readStreamhosts(query);
  if (sid === '' || streamhosts.length === 0) return { ok: false, reason: 'bad-request' };
  const dstaddr = parseSessionKey(attribute(query, 'dstaddr') ?? '');
  return { ok: true, offer: { sid, streamhosts, ...(dstaddr === undefined ? {} : { dstaddr }) } };
}

/** The streamhosts of a query in their order, the JIDs verbatim; broken entries are passed over, long lists cut. [S5B-T-04] */
export function readStreamhosts(query: Element): Streamhost[] {
  const elements = findChildren(query, 'streamhost', BYTESTREAMS).slice(0, MAX_STREAMHOSTS);
  return elements.flatMap((element) => {
    const [jid, host] = [attribute(element, 'jid'), attribute(element, 'host')?.trim()];
    const port = readPort(attribute(element, 'port') ?? '');
    if (!jid || !host || port === undefined) return [];
    return [{ jid, host: host.replace(/^\[(.*)\]$/, '$1'), port }]; // [S5B-T-05]
  });
}

/** The answer of a target that has connected; the JID as it was offered. [S5B-T-09] */
export function writeUsed(sid: string, jid: string): Element {
  return xml('query', { xmlns: BYTESTREAMS, sid }, xml('streamhost-used', { jid }));
}

/** The JID in the result's `<query/>`; undefined when there is none. */
export function readUsed(result: Element): string | undefined {
  const [query] = findChildren(result, 'query', BYTESTREAMS);
  const [used] = query === undefined ? [] : findChildren(query, 'streamhost-used', BYTESTREAMS);
  return used && attribute(used, 'jid');
}

/** What asks a proxy to join the two connections. [S5B-R-09] */
export function writeActivation(sid: string, target: string): Element {
  return xml('query', { xmlns: BYTESTREAMS, sid }, xml('activate', {}, target));
}

function readPort(text: string): number | undefined {
  if (text === '') return DEFAULT_PORT;
  const port = /^\d{1,5}$/.test(text.trim()) ? Number(text) : 0;
  return port >= 1 && port <= 65_535 ? port : undefined;
}
