// A stanza in, the stanza that answers it (or none) out: what every entity owes its peers. [RFC 6120 §8] [ENT-01]

import type { Observer } from '../rendezvous/ports.ts';
import { attribute, childElements, type Element, namespaceOf, xml } from '../wire/xml.ts';
import { findAddressee } from './address.ts';
import { type Answer, refuse, type Service } from './service.ts';
import { writeError } from './stanza-error.ts';

export interface RouterOptions {
  /** The component's domain. */
  readonly domain: string;
  readonly services: readonly Service[];
  readonly observer: Observer;
}

/** Where a reply goes, and where from. */
interface Envelope {
  readonly from: string;
  readonly to: string;
}

export class Router {
  readonly #domain: string;
  readonly #services: readonly Service[];
  readonly #observer: Observer;

  constructor({ domain, services, observer }: RouterOptions) {
    this.#domain = domain;
    this.#services = services;
    this.#observer = observer;
  }

  /** The one answer to a stanza; undefined for what is not to be answered. Never rejects. */
  async route(stanza: Element): Promise<Element | undefined> {
    const from = attribute(stanza, 'from');
    const to = attribute(stanza, 'to') ?? this.#domain;
    if (from === undefined || from === '') return this.#drop(stanza, 'without a sender'); // [ENT-10]
    if (findAddressee(to, this.#domain) === 'foreign') {
      return this.#drop(stanza, `that is not for ${this.#domain}`); // [COMP-14] we could not answer as them
    }
    if (stanza.name === 'iq') return this.#onIq(stanza, { from, to });
    if (stanza.name === 'presence') return onPresence(stanza, { from, to });
    return undefined; // [ENT-25] messages are ignored, whatever is in them
  }

  async #onIq(iq: Element, envelope: Envelope): Promise<Element | undefined> {
    const type = attribute(iq, 'type');
    if (type === 'result' || type === 'error') return undefined; // [ENT-03]
    const id = attribute(iq, 'id');
    return writeReply(await this.#answer(iq, type, envelope), id, envelope);
  }

  async #answer(iq: Element, type: string | undefined, { from, to }: Envelope): Promise<Answer> {
    if (type !== 'get' && type !== 'set') return refuse('bad-request'); // [ENT-05]
    const [payload, ...more] = childElements(iq);
    if (payload === undefined || more.length > 0) return refuse('bad-request'); // [ENT-04]
    const service = this.#find(payload);
    if (service === undefined) return refuse('no-service'); // [ENT-02] [S5B-P-70]
    if (findAddressee(to, this.#domain) === 'below') return refuse(service.elsewhere ?? 'no-service'); // [ENT-15]
    const handle = service[type];
    if (handle === undefined) return refuse('read-only'); // [ENT-14]
    try {
      return await handle({ from, to, payload });
    } catch (cause) {
      const error = cause instanceof Error ? cause : new Error(String(cause));
      this.#observer.observe({
        kind: 'xmpp-warning',
        message: `answering ${service.namespace} failed`,
        error,
      });
      return refuse('failed'); // [S5B-P-65]
    }
  }

  #find(payload: Element): Service | undefined {
    const namespace = namespaceOf(payload);
    return this.#services.find(
      (service) => service.namespace === namespace && service.element === payload.name,
    );
  }

  #drop(stanza: Element, why: string): undefined {
    const message = `dropped a stanza (${stanza.name}) ${why}`;
    this.#observer.observe({ kind: 'xmpp-warning', message });
  }
}

/** Nobody can subscribe to a proxy; every other presence is left alone, so that no loop begins. [ENT-23] [ENT-24] */
function onPresence(presence: Element, { from, to }: Envelope): Element | undefined {
  if (attribute(presence, 'type') !== 'subscribe') return undefined;
  return xml('presence', { type: 'unsubscribed', from: to, to: from });
}

/** `from` is the exact address that was asked, `to` the asker, `id` the request's. [S5B-P-75] [COMP-14] [COMP-16] */
function writeReply(answer: Answer, id: string | undefined, { from, to }: Envelope): Element {
  const attributes = { type: answer.ok ? 'result' : 'error', id, from: to, to: from };
  const iq = xml('iq', attributes);
  if (!answer.ok) iq.append(writeError(answer.reason, answer.text));
  else if (answer.payload !== undefined) iq.append(answer.payload);
  return iq;
}
