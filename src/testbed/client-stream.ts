// The server side of one client's stream: login, resource binding, stanzas stamped with the bound JID. [RFC 6120 §6-8]

import { randomBytes } from 'node:crypto';
import { bareJid, formatJid, type Jid, normaliseJid, parseJid } from '../wire/jid.ts';
import { attribute, childElements, type Element, isElement, namespaceOf, xml } from '../wire/xml.ts';
import type { Accounts } from './accounts.ts';
import { ClientLogin } from './client-login.ts';
import type { Recipient } from './sessions.ts';
import { errorOf, resultOf, stripNamespace } from './stanza.ts';
import type { Stream } from './stream.ts';

export const CLIENT_NAMESPACE = 'jabber:client';
const BIND = 'urn:ietf:params:xml:ns:xmpp-bind';
const SESSION = 'urn:ietf:params:xml:ns:xmpp-session';

/** What a client's stream asks of the server. */
export interface ClientHost {
  readonly domain: string;
  readonly accounts: Accounts;
  bind(jid: Jid, stream: Recipient): void;
  unbind(jid: Jid, stream: Recipient): void;
  /** A stanza with its addresses complete. */
  route(stanza: Element): void;
  /** Presence without an addressee. */
  announce(presence: Element, from: Jid): void;
}

export class ClientStream implements Recipient {
  readonly #stream: Stream;
  readonly #host: ClientHost;
  readonly #login: ClientLogin;
  #jid: Jid | undefined;

  constructor(stream: Stream, host: ClientHost) {
    this.#stream = stream;
    this.#host = host;
    this.#login = new ClientLogin(stream, host.accounts);
    stream.on('header', (header) => this.#onHeader(header));
    stream.on('element', (element) => this.#onElement(element));
    stream.on('closed', () => this.#jid && this.#host.unbind(this.#jid, this));
  }

  deliver(stanza: Element): void {
    this.#stream.send(stanza);
  }

  close(condition?: string): void {
    this.#stream.close(condition);
  }

  drop(): void {
    this.#stream.drop();
  }

  #onHeader(header: Element): void {
    this.#stream.sendHeader({ from: this.#host.domain, version: '1.0' });
    const isOurs = foldDomain(attribute(header, 'to') ?? '') === this.#host.domain;
    if (!this.#stream.accepts(header)) this.close('invalid-namespace');
    else if (!isOurs) this.close('host-unknown');
    else if (this.#login.username === undefined) this.#login.offer();
    else this.#offerBinding();
  }

  #offerBinding(): void {
    const session = xml('session', { xmlns: SESSION }, xml('optional')); // [RFC 3921 §3] for clients that ask
    this.#stream.send(xml('stream:features', {}, xml('bind', { xmlns: BIND }), session));
  }

  #onElement(element: Element): void {
    const { username } = this.#login;
    const isStanza = ['iq', 'message', 'presence'].includes(element.name);
    if (username === undefined) {
      this.#login.take(element);
    } else if (!isStanza || namespaceOf(element) !== CLIENT_NAMESPACE) {
      this.close('unsupported-stanza-type');
    } else {
      stripNamespace(element);
      if (this.#jid === undefined) this.#bind(element, username);
      else this.#route(element, this.#jid);
    }
  }

  /** Binds the resource that the client asks for, or one of our making. Nothing else comes before it. [RFC 6120 §7] */
  #bind(iq: Element, username: string): void {
    const request = childElements(iq).find((child) => isElement(child, 'bind', BIND));
    const resource = request?.getChildText('resource') || randomBytes(6).toString('base64url');
    const jid = parseJid(formatJid({ local: username, domain: this.#host.domain, resource }));
    if (request === undefined || attribute(iq, 'type') !== 'set') {
      this.close('not-authorized');
    } else if (jid === undefined) {
      this.deliver(errorOf(iq, 'bad-request'));
    } else {
      this.#jid = normaliseJid(jid);
      this.#stream.established();
      this.deliver(resultOf(iq, xml('bind', { xmlns: BIND }, xml('jid', {}, formatJid(this.#jid)))));
      this.#host.bind(this.#jid, this);
    }
  }

  /** Whatever `from` the client wrote, its bound JID takes its place. [RFC 6120 §8.1.2.1] */
  #route(stanza: Element, jid: Jid): void {
    stanza.attrs.from = formatJid(jid);
    const isAddressed = attribute(stanza, 'to') !== undefined;
    if (stanza.is('presence') && !isAddressed) {
      this.#host.announce(stanza, jid);
    } else {
      if (!isAddressed) stanza.attrs.to = bareJid(jid); // [RFC 6120 §10.3]
      this.#host.route(stanza);
    }
  }
}

function foldDomain(domain: string): string {
  return normaliseJid({ local: '', domain, resource: '' }).domain;
}
