// The `<error/>` of a stanza, as a value and as XML. [RFC 6120 §8.3] [ENT-07]

import { attribute, carriable, childElements, type Element, namespaceOf, xml } from './xml.ts';

const STANZAS = 'urn:ietf:params:xml:ns:xmpp-stanzas';

/** A condition of some application, beside the one of RFC 6120. */
export interface ApplicationCondition {
  readonly name: string;
  readonly namespace: string;
}

export interface StanzaErrorParts {
  readonly condition: string;
  /** `auth`, `cancel`, `continue`, `modify` or `wait`; a peer may send anything. */
  readonly type: string;
  readonly text?: string;
  readonly application?: ApplicationCondition;
}

/** What the numbers of old software mean. [XEP-0086] */
const LEGACY: Readonly<Record<string, readonly [condition: string, type: string]>> = {
  '400': ['bad-request', 'modify'],
  '401': ['not-authorized', 'auth'],
  '403': ['forbidden', 'auth'],
  '404': ['item-not-found', 'cancel'],
  '405': ['not-allowed', 'cancel'],
  '406': ['not-acceptable', 'modify'],
  '408': ['remote-server-timeout', 'wait'],
  '409': ['conflict', 'cancel'],
  '501': ['feature-not-implemented', 'cancel'],
  '503': ['service-unavailable', 'cancel'],
  '504': ['remote-server-timeout', 'wait'],
};

/** Reads the error of a stanza of type `error`; one that says nothing is `undefined-condition`. [SI-I-15] */
export function readStanzaError(stanza: Element): StanzaErrorParts {
  const error = stanza.getChild('error');
  const children = error === undefined ? [] : childElements(error);
  const own = children.filter((child) => namespaceOf(child) === STANZAS);
  const other = children.find((child) => namespaceOf(child) !== STANZAS);
  const [legacyCondition, legacyType] = LEGACY[(error && attribute(error, 'code')) ?? ''] ?? [];
  const text = own.find(({ name }) => name === 'text')?.getText() || error?.text().trim();
  return {
    condition: own.find(({ name }) => name !== 'text')?.name ?? legacyCondition ?? 'undefined-condition',
    type: (error && attribute(error, 'type')) ?? legacyType ?? 'cancel',
    ...(text ? { text } : {}),
    ...(other && { application: { name: other.name, namespace: namespaceOf(other) } }),
  };
}

/** The `<error/>` element; the request is not echoed. [ENT-09] */
export function writeStanzaError({ condition, type, text, application }: StanzaErrorParts): Element {
  const error = xml('error', { type }, xml(condition, { xmlns: STANZAS }));
  if (text !== undefined) error.append(xml('text', { xmlns: STANZAS, 'xml:lang': 'en' }, carriable(text)));
  if (application !== undefined) error.append(xml(application.name, { xmlns: application.namespace }));
  return error;
}
