// Service discovery, written and read: identities, features, extensions, items. [XEP-0030 §3, §4]

import { attribute, type Element, findChildren, xml } from './xml.ts';

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

/** The identities and features in a disco#info result; what has no category, type or name is left out. */
export function readInfo(result: Element): Omit<DiscoInfo, 'extensions'> {
  const children = (name: string) =>
    findChildren(result, 'query', DISCO_INFO).flatMap((query) => findChildren(query, name, DISCO_INFO));
  const identities = children('identity').flatMap((identity) => {
    const [category, type, name] = ['category', 'type', 'name'].map((key) => attribute(identity, key));
    if (!category || !type) return [];
    return [{ category, type, ...(name === undefined ? {} : { name }) }];
  });
  return { identities, features: children('feature').flatMap((feature) => attribute(feature, 'var') ?? []) };
}

/** The JIDs in a disco#items result, each once, in its order. */
export function readItems(result: Element): string[] {
  const items = findChildren(result, 'query', DISCO_ITEMS).flatMap((query) =>
    findChildren(query, 'item', DISCO_ITEMS),
  );
  return [...new Set(items.flatMap((item) => attribute(item, 'jid') || []))];
}
