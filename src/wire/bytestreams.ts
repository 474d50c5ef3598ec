// The bytestreams query as a proxy reads and writes it: address queries and activations. [XEP-0065 §4, §6.3.5, §9.1]

import { parseJid } from './jid.ts';
import { attribute, childElements, type Element, namespaceOf, xml } from './xml.ts';

export const BYTESTREAMS = 'http://jabber.org/protocol/bytestreams';

/** Where a proxy takes SOCKS5 connections. IPv6 without brackets, as in RFC 5952. [S5B-P-13] */
export interface Streamhost {
  readonly jid: string;
  readonly host: string;
  readonly port: number;
}

/**
 * Why a query is refused before anyone looks at whom it is from: no valid query; `<activate/>` names no JID;
 * it offers streamhosts, as if a proxy could be a target; it wants UDP.
 */
export type QueryFault = 'bad-request' | 'jid-malformed' | 'not-acceptable' | 'udp';

export type AddressQuery =
  | { readonly ok: true; readonly sid: string | undefined }
  | { readonly ok: false; readonly reason: 'bad-request' };

export type Activation =
  | { readonly ok: true; readonly sid: string; readonly target: string }
  | { readonly ok: false; readonly reason: QueryFault };

/**
 * Reads the `<query/>` of an iq get. A `sid` may be there (before 1.8) or not [S5B-P-14]; children of other
 * namespaces are ignored [S5B-P-21], those of our own ask for something that a get cannot do [S5B-P-20].
 */
export function readAddressQuery(query: Element): AddressQuery {
  if (ownChildren(query).length > 0) return { ok: false, reason: 'bad-request' };
  return { ok: true, sid: attribute(query, 'sid') };
}

/**
 * Reads the `<query/>` of an iq set. `sid` and the text of `<activate/>` are exactly what the parser delivered
 * [S5B-P-34]; the text is a JID, perhaps with whitespace around it [S5B-P-38].
 */
export function readActivation(query: Element): Activation {
  const children = ownChildren(query);
  if (children.some(({ name }) => name === 'streamhost')) return refuse('not-acceptable'); // [S5B-P-69]
  if (attribute(query, 'mode') === 'udp') return refuse('udp'); // [S5B-P-74]
  const sid = attribute(query, 'sid') ?? '';
  if (sid === '') return refuse('bad-request'); // [S5B-P-66]
  const [activate, ...more] = children.filter(({ name }) => name === 'activate');
  if (activate === undefined || more.length > 0) return refuse('bad-request'); // [S5B-P-67] [S5B-P-70]
  const target = activate.getText();
  if (target.trim() === '') return refuse('bad-request'); // [S5B-P-67]
  if (!parseJid(target) && !parseJid(target.trim())) return refuse('jid-malformed'); // [S5B-P-68]
  return { ok: true, sid, target };
}

/** The answer to an address query: all three attributes on every streamhost, the port in decimal. [S5B-P-10] [S5B-P-12] */
export function writeStreamhosts(streamhosts: readonly Streamhost[], sid: string | undefined): Element {
  const query = xml('query', { xmlns: BYTESTREAMS, ...(sid === undefined ? {} : { sid }) }); // [S5B-P-15]
  for (const { jid, host, port } of streamhosts) query.append(xml('streamhost', { jid, host, port }));
  return query;
}

function ownChildren(query: Element): Element[] {
  return childElements(query).filter((child) => namespaceOf(child) === BYTESTREAMS);
}

function refuse(reason: QueryFault): Activation {
  return { ok: false, reason };
}
