// Answers to stanzas, and the namespace that a stanza loses on its way from one port to the other. [RFC 6120 §8]

import { attribute, type Element, xml } from '../wire/xml.ts';

const STANZAS = 'urn:ietf:params:xml:ns:xmpp-stanzas';

/** The errors that the testbed itself gives, with their types. [RFC 6120 §8.3.3] */
const ERROR_TYPES = {
  'bad-request': 'modify',
  'item-not-found': 'cancel',
  'jid-malformed': 'modify',
  'remote-server-not-found': 'cancel',
  'service-unavailable': 'cancel',
} as const;

export type StanzaCondition = keyof typeof ERROR_TYPES;

/** True for a get or a set: the one kind of stanza that is always answered. [RFC 6120 §8.2.3] */
export function isRequest(stanza: Element): boolean {
  return stanza.is('iq') && ['get', 'set'].includes(attribute(stanza, 'type') ?? '');
}

/** The result of a request, addressed back to whoever asked. */
export function resultOf(request: Element, ...children: Element[]): Element {
  return xml('iq', { type: 'result', ...backTo(request) }, ...children);
}

/** An error for a request; the request's payload is not repeated. */
export function errorOf(request: Element, condition: StanzaCondition): Element {
  const error = xml('error', { type: ERROR_TYPES[condition] }, xml(condition, { xmlns: STANZAS }));
  return xml('iq', { type: 'error', ...backTo(request) }, error);
}

/** The addresses turned round; what is undefined is not written. */
function backTo(request: Element): Record<string, string | undefined> {
  const [from, to, id] = ['to', 'from', 'id'].map((name) => attribute(request, name));
  return { from, to, id };
}

/**
 * Takes the namespace of the stream it came by off a stanza, in place, so that it can be written into a stream
 * with another default namespace. The parser has left it on the stanza alone: children that share it have no
 * xmlns of their own, and what is deeper in another namespace, such as a forwarded message, keeps its own. [XEP-0114 §7]
 */
export function stripNamespace(stanza: Element): void {
  delete stanza.attrs.xmlns;
}
