// Where a stanza goes: to the server itself, a bound resource or a component; refused if to no one. [RFC 6120 §10] [RFC 6121 §8.5]

import { formatJid, type Jid, normaliseJid, parseJid } from '../wire/jid.ts';
import { attribute, type Element, xml } from '../wire/xml.ts';
import type { Accounts } from './accounts.ts';
import { answerForAccount, answerForServer } from './server-entity.ts';
import { type Recipient, Sessions } from './sessions.ts';
import { errorOf, isRequest, type StanzaCondition } from './stanza.ts';

/** Routes the stanzas of one domain and its components. `from` is already stamped or checked. */
export class Router {
  readonly sessions = new Sessions();
  readonly #components = new Map<string, Recipient>();
  readonly #domain: string;
  readonly #componentDomains: readonly string[];
  readonly #accounts: Accounts;

  constructor(domain: string, componentDomains: readonly string[], accounts: Accounts) {
    this.#domain = domain;
    this.#componentDomains = componentDomains;
    this.#accounts = accounts;
  }

  /** The stream of a connected component. */
  component(domain: string): Recipient | undefined {
    return this.#components.get(domain);
  }

  /** Connects a component; false if its domain already has a stream. */
  addComponent(domain: string, recipient: Recipient): boolean {
    if (this.#components.has(domain)) return false;
    this.#components.set(domain, recipient);
    return true;
  }

  /** Disconnects a component; false if the domain's stream is another one. */
  removeComponent(domain: string, recipient: Recipient): boolean {
    return this.#components.get(domain) === recipient && this.#components.delete(domain);
  }

  route(stanza: Element): void {
    const to = parseJid(attribute(stanza, 'to') ?? '');
    const domain = to === undefined ? '' : normaliseJid(to).domain;
    if (to === undefined) this.#refuse(stanza, 'jid-malformed');
    else if (domain === this.#domain && to.local === '') this.#toServer(stanza);
    else if (domain === this.#domain) this.#toAccount(stanza, to);
    else if (this.#componentDomains.includes(domain)) this.#toComponent(stanza, domain);
    else this.#refuse(stanza, 'remote-server-not-found');
  }

  /** Undirected presence: who is available, told to the account's own resources; there are no rosters. [RFC 6121 §4.2.2] */
  announce(presence: Element, from: Jid): void {
    const unavailable = attribute(presence, 'type') === 'unavailable';
    if (!unavailable) this.sessions.setAvailable(from, true);
    for (const recipient of this.sessions.available(from)) {
      recipient.deliver(
        xml(
          'presence',
          { ...presence.attrs, to: formatJid({ ...from, resource: '' }) },
          ...presence.children,
        ),
      );
    }
    if (unavailable) this.sessions.setAvailable(from, false);
  }

  #toServer(stanza: Element): void {
    if (isRequest(stanza)) this.route(answerForServer(stanza, this.#componentDomains));
  }

  #toComponent(stanza: Element, domain: string): void {
    const component = this.#components.get(domain);
    if (component === undefined) this.#refuse(stanza, 'service-unavailable');
    else component.deliver(stanza);
  }

  /** To a bound resource; what is for people, else to all available ones; what is for the account, answered for it. */
  #toAccount(stanza: Element, to: Jid): void {
    const session = this.sessions.find(to);
    const isBare = to.resource === '';
    if (session !== undefined) {
      session.deliver(stanza);
    } else if (stanza.is('message') || (stanza.is('presence') && isBare)) {
      for (const recipient of this.sessions.available(to)) recipient.deliver(stanza);
    } else if (isBare && isRequest(stanza) && this.#accounts.has(normaliseJid(to).local)) {
      this.route(answerForAccount(stanza));
    } else {
      this.#refuse(stanza, 'service-unavailable'); // also for an account that does not exist [RFC 6121 §8.5.1]
    }
  }

  /** Only a request is answered; what else finds no one is dropped. */
  #refuse(stanza: Element, condition: StanzaCondition): void {
    if (isRequest(stanza)) this.route(errorOf(stanza, condition));
  }
}
