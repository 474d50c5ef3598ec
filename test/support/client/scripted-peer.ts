// The peer of a client session, and the server between them, under a test's control: what the session sends is kept
// until the test takes it, and what the test says arrives. Nothing is done unasked.

import { EventEmitter, once } from 'node:events';
import type { Middleware, XmppEntity } from '../../../src/client/entity.ts';
import { isSameJid } from '../../../src/client/same-jid.ts';
import { attribute, type Element, xml } from '../../../src/wire/xml.ts';

const PATIENCE_MS = 10_000;
const STANZAS = 'urn:ietf:params:xml:ns:xmpp-stanzas';

export const US = 'alice@example.org/desk';
export const PEER = 'bob@example.org/phone';

export class ScriptedPeer {
  readonly entity = new FakeEntity(US);
  readonly jid: string;
  #lastId = 0;

  constructor(jid = PEER) {
    this.jid = jid;
  }

  /** What the session has sent and the test has not taken. */
  get unread(): readonly Element[] {
    return this.entity.sent;
  }

  /** The next stanza that the session sends, or has sent, that has this child. */
  async next(payload: string): Promise<Element> {
    return this.entity.take((stanza) => stanza.getChild(payload) !== undefined, `<${payload}/>`);
  }

  /** Sends a set, or a get, and waits for the answer to it. */
  async ask(payload: Element, from = this.jid, type: 'get' | 'set' = 'set'): Promise<Element> {
    const id = this.send(payload, from, type);
    return this.answerTo(id);
  }

  /** Sends a set, or a get; its id. */
  send(payload: Element, from = this.jid, type: 'get' | 'set' = 'set'): string {
    const id = `peer-${++this.#lastId}`;
    this.entity.deliver(xml('iq', { type, id, from, to: US }, payload));
    return id;
  }

  /** The answer to a set that was sent. */
  answerTo(id: string): Promise<Element> {
    const isAnswer = (stanza: Element) =>
      attribute(stanza, 'id') === id && ['result', 'error'].includes(attribute(stanza, 'type') ?? '');
    return this.entity.take(isAnswer, `an answer to ${id}`);
  }

  accept(request: Element, payload?: Element): void {
    this.entity.deliver(this.#reply(request, 'result', payload));
  }

  refuse(request: Element, condition: string, type = 'cancel'): void {
    const error = xml('error', { type }, xml(condition, { xmlns: STANZAS }));
    this.entity.deliver(this.#reply(request, 'error', error));
  }

  message(payload: Element, attributes: Record<string, string> = {}): void {
    this.entity.deliver(xml('message', { from: this.jid, to: US, ...attributes }, payload));
  }

  presence(type: string): void {
    this.entity.deliver(xml('presence', { from: this.jid, to: US, type }));
  }

  #reply(request: Element, type: string, payload: Element | undefined): Element {
    const [id, to = ''] = [attribute(request, 'id'), attribute(request, 'to')];
    const from = isSameJid(to, this.jid) ? this.jid : to; // a server writes JIDs its own way
    const reply = xml('iq', { type, id, from, to: US });
    if (payload !== undefined) reply.append(payload);
    return reply;
  }
}

/** The condition of an error and its type, such as `item-not-found/cancel`; 'result' for none. */
export function outcomeOf(answer: Element): string {
  const error = answer.getChild('error');
  if (error === undefined) return attribute(answer, 'type') ?? '';
  const condition = error.getChildElements().find((child) => child.name !== 'text');
  return `${condition?.name}/${attribute(error, 'type')}`;
}

/** An XMPP connection without a network. */
class FakeEntity extends EventEmitter implements XmppEntity {
  status = 'online';
  readonly jid: string;
  readonly sent: Element[] = [];
  readonly #layers: Middleware[] = [];
  readonly middleware = { use: (layer: Middleware) => this.#layers.push(layer) };

  constructor(jid: string) {
    super();
    this.jid = jid;
  }

  async send(stanza: Element): Promise<void> {
    if (this.status !== 'online') throw new Error('offline');
    this.sent.push(stanza);
    this.emit('sent');
  }

  /** Brings a stanza in. */
  deliver(stanza: Element): void {
    this.emit('stanza', stanza);
    for (const layer of this.#layers) layer({ stanza }, async () => undefined);
  }

  /** Loses the connection. */
  disconnect(): void {
    this.status = 'disconnect';
    this.emit('disconnect');
  }

  async take(isWanted: (stanza: Element) => boolean, what: string): Promise<Element> {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    for (;;) {
      const [stanza] = this.sent.splice(indexOr(this.sent.findIndex(isWanted), this.sent.length), 1);
      if (stanza !== undefined) return stanza;
      await once(this, 'sent', { signal }).catch(() => {
        throw new Error(`waited ${PATIENCE_MS} ms for ${what}; unread: ${this.sent.join('\n')}`);
      });
    }
  }
}

function indexOr(index: number, otherwise: number): number {
  return index === -1 ? otherwise : index;
}
