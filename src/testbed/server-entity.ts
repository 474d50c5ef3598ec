// What the server answers for itself and for its accounts: discovery, ping, the session request. [XEP-0030] [XEP-0199]

import { DISCO_INFO, DISCO_ITEMS, writeInfo } from '../wire/disco.ts';
import { attribute, childElements, type Element, isElement, xml } from '../wire/xml.ts';
import { errorOf, resultOf } from './stanza.ts';

const PING = 'urn:xmpp:ping';
const SESSION = 'urn:ietf:params:xml:ns:xmpp-session';

/**
 * Answers a request to the server's domain.
 * @param components the domains that disco#items lists, connected or not
 */
export function answerForServer(request: Element, components: readonly string[]): Element {
  const payload = onlyChild(request);
  if (payload === undefined) return errorOf(request, 'bad-request');
  const asked = [DISCO_INFO, DISCO_ITEMS].find((namespace) => isElement(payload, 'query', namespace));
  if (asked === undefined || attribute(request, 'type') !== 'get') return answerForAccount(request);
  if (attribute(payload, 'node') !== undefined) return errorOf(request, 'item-not-found');
  return resultOf(request, asked === DISCO_INFO ? discoInfo() : discoItems(components));
}

/** Answers a request to an account's bare JID, which is also where one without `to` goes. [RFC 6120 §10.3.3] */
export function answerForAccount(request: Element): Element {
  const payload = onlyChild(request);
  if (payload === undefined) return errorOf(request, 'bad-request');
  const type = attribute(request, 'type');
  const isPing = type === 'get' && isElement(payload, 'ping', PING);
  const isSession = type === 'set' && isElement(payload, 'session', SESSION); // [RFC 3921 §3]: does nothing any more
  return isPing || isSession ? resultOf(request) : errorOf(request, 'service-unavailable');
}

function discoInfo(): Element {
  const identities = [{ category: 'server', type: 'im', name: 'streamhost testbed' }];
  return writeInfo({ identities, features: [DISCO_INFO, DISCO_ITEMS, PING], extensions: [] });
}

function discoItems(components: readonly string[]): Element {
  return xml('query', { xmlns: DISCO_ITEMS }, ...components.map((jid) => xml('item', { jid })));
}

/** A request has exactly one payload. [RFC 6120 §8.2.3] */
function onlyChild(request: Element): Element | undefined {
  const [payload, ...surplus] = childElements(request);
  return surplus.length === 0 ? payload : undefined;
}
