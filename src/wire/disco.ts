// Service discovery as the discovered entity writes it: identities, features, extensions, items. [XEP-0030 §3, §4]

import { type Element, xml } from './xml.ts';

export const DISCO_INFO = 'http://jabber.org/protocol/disco#info';
export const DISCO_ITEMS = 'http://jabber.org/protocol/disco#items';

export interface Identity {
  readonly category: string;
  readonly type: string;
  readonly name?: string;
}

export interface DiscoInfo {
  readonly identities: readonly Identity[];
  readonly features: readonly string[];
  /** Data forms. [XEP-0128] */
  readonly extensions: readonly Element[];
}

/** A disco#info result; a `node` is mirrored. [ENT-12] */
export function writeInfo({ identities, features, extensions }: DiscoInfo, node?: string): Element {
  const query = xml('query', { xmlns: DISCO_INFO, ...(node === undefined ? {} : { node }) });
  for (const identity of identities) query.append(xml('identity', { ...identity }));
  for (const feature of features) query.append(xml('feature', { var: feature }));
  query.append(...extensions);
  return query;
}

/** A disco#items result without items. [S5B-P-05] */
export function writeNoItems(node?: string): Element {
  return xml('query', { xmlns: DISCO_ITEMS, ...(node === undefined ? {} : { node }) });
}
