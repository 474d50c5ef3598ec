// The server side of one component's stream: header, handshake, stanzas under the component's own domain. [XEP-0114 §3]

import { createHash, timingSafeEqual } from 'node:crypto';
import { parseJid } from '../wire/jid.ts';
import { attribute, type Element, isElement, namespaceOf, xml } from '../wire/xml.ts';
import type { Recipient } from './sessions.ts';
import { stripNamespace } from './stanza.ts';
import type { Stream } from './stream.ts';

export const COMPONENT_NAMESPACE = 'jabber:component:accept';

/** What a component's stream asks of the server. */
export interface ComponentHost {
  /** The secret of a component's domain; undefined for a domain that is no component's. */
  secret(domain: string): string | undefined;
  /** The stream error that newcomers under the domain get, while it is refused. */
  refusal(domain: string): string | undefined;
  /** Connects the component; false if it already has a stream. */
  admit(domain: string, stream: ComponentStream): boolean;
  /** The handshake is done. */
  joined(domain: string): void;
  left(domain: string, stream: ComponentStream): void;
  route(stanza: Element): void;
}

export class ComponentStream implements Recipient {
  readonly #stream: Stream;
  readonly #host: ComponentHost;
  #domain = '';
  #streamId = '';
  #authenticated = false;

  constructor(stream: Stream, host: ComponentHost) {
    this.#stream = stream;
    this.#host = host;
    stream.on('header', (header) => this.#onHeader(header));
    stream.on('element', (element) => this.#onElement(element));
    stream.on('closed', () => this.#host.left(this.#domain, this));
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
    this.#domain = attribute(header, 'to') ?? '';
    this.#streamId = this.#stream.sendHeader({ from: this.#domain });
    const refusal = this.#judgeHeader(header);
    if (refusal !== undefined) this.close(refusal);
  }

  #judgeHeader(header: Element): string | undefined {
    if (!this.#stream.accepts(header)) return 'invalid-namespace';
    if (this.#host.secret(this.#domain) === undefined) return 'host-unknown';
    return this.#host.refusal(this.#domain);
  }

  #onElement(element: Element): void {
    const refusal = this.#authenticated ? this.#judgeStanza(element) : this.#judgeHandshake(element);
    if (refusal !== undefined) {
      this.close(refusal);
    } else if (this.#authenticated) {
      stripNamespace(element);
      this.#host.route(element);
    } else {
      this.#authenticated = true;
      this.#stream.established();
      this.#stream.send(xml('handshake'));
      this.#host.joined(this.#domain);
    }
  }

  #judgeHandshake(element: Element): string | undefined {
    const isHandshake = isElement(element, 'handshake', COMPONENT_NAMESPACE);
    if (!isHandshake || !this.#proves(element.getText())) return 'not-authorized';
    return this.#host.admit(this.#domain, this) ? undefined : 'conflict';
  }

  /** `from` must be under the component's domain, and `to` must be there. [COMP-14] [COMP-17] */
  #judgeStanza(stanza: Element): string | undefined {
    const isStanza = ['iq', 'message', 'presence'].includes(stanza.name);
    if (!isStanza || namespaceOf(stanza) !== COMPONENT_NAMESPACE) return 'unsupported-stanza-type';
    const from = parseJid(attribute(stanza, 'from') ?? '');
    if (from?.domain !== this.#domain) return 'invalid-from';
    return attribute(stanza, 'to') === undefined ? 'improper-addressing' : undefined;
  }

  /** The lower-case hex SHA-1 of stream id and secret. [XEP-0114 §3] [COMP-04] [COMP-05] */
  #proves(digest: string): boolean {
    const secret = this.#host.secret(this.#domain) ?? '';
    const expected = Buffer.from(
      createHash('sha1')
        .update(this.#streamId + secret)
        .digest('hex'),
    );
    const given = Buffer.from(digest);
    return given.length === expected.length && timingSafeEqual(given, expected);
  }
}
