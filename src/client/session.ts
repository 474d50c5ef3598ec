// The bridge to an XMPP session that the caller opened: requests with deadlines, handlers by namespace, and an end.
// [RFC 6120 §8.2]

import { randomBytes } from 'node:crypto';
import { writeStanzaError } from '../wire/stanza-error.ts';
import { attribute, childElements, type Element, xml } from '../wire/xml.ts';
import { limited } from './deadline.ts';
import type { XmppEntity } from './entity.ts';
import { OfflineError, StanzaError } from './errors.ts';
import { ask, Handlers, type RequestHandler } from './handlers.ts';
import { Pending } from './pending.ts';
import { isSameJid } from './same-jid.ts';

export type { Answer, IncomingRequest, RequestHandler } from './handlers.ts';

const REQUEST_MS = 30_000;

export interface SessionOptions {
  /** The address to speak as; for a component, which has many. Default: the entity's own. */
  readonly jid?: string;
  /** Told what a handler threw that is no StanzaError; its peer gets internal-server-error. Default: a process warning. */
  readonly onError?: (error: Error) => void;
}

export interface RequestOptions {
  readonly signal?: AbortSignal;
  /** Default 30 000 ms; infinite for those who have a deadline of their own. */
  readonly timeoutMs?: number;
}

type StanzaListener = (stanza: Element) => void;

export class Session {
  readonly #entity: XmppEntity;
  readonly #options: SessionOptions;
  readonly #handlers = new Handlers();
  readonly #listeners = { message: new Set<StanzaListener>(), presence: new Set<StanzaListener>() };
  readonly #pending = new Pending();
  /** Nobody but those we ask knows which ids we use. */
  readonly #idPrefix = `${randomBytes(9).toString('base64url')}-`;
  #lastId = 0;
  readonly #onError: (error: Error) => void;
  #link = new AbortController();
  #life = new AbortController();
  #isClosed = false;

  /** One session for each address of an entity; the entity stays the caller's to start and stop. */
  constructor(entity: XmppEntity, options: SessionOptions = {}) {
    this.#entity = entity;
    this.#options = options;
    this.#onError = options.onError ?? ((error) => process.emitWarning(error));
    entity.on('stanza', this.#onStanza);
    entity.on('disconnect', this.#onDisconnect);
    entity.on('offline', this.#onOffline);
    entity.middleware.use(({ stanza }, next) => (this.#take(stanza) ? new Promise(() => {}) : next()));
  }

  /** Our full JID, or a component's address. @throws OfflineError before a client has bound its resource */
  get jid(): string {
    const jid = this.#options.jid ?? this.#entity.jid?.toString();
    if (jid === undefined || jid === '') throw new OfflineError('the XMPP session has no JID yet');
    return jid;
  }

  get isOnline(): boolean {
    return !this.#isClosed && this.#entity.status === 'online';
  }

  /** Aborted, with an OfflineError, when the connection is lost; a new one after the next login. */
  get link(): AbortSignal {
    if (this.#link.signal.aborted && this.isOnline) this.#link = new AbortController();
    return this.#link.signal;
  }

  /** Aborted, with an OfflineError, when the session is stopped for good; a lost connection alone does not. */
  get life(): AbortSignal {
    if (this.#life.signal.aborted && this.isOnline) this.#life = new AbortController();
    return this.#life.signal;
  }

  /**
   * Sends a get or a set and waits for its result: the whole iq. Only an answer with the right id from the
   * right JID counts. [ENT-06]
   * @throws StanzaError for an error, TimedOutError, CancelledError, OfflineError
   */
  async request(
    to: string,
    type: 'get' | 'set',
    payload: Element,
    { signal, timeoutMs = REQUEST_MS }: RequestOptions = {},
  ): Promise<Element> {
    const id = `${this.#idPrefix}${this.#lastId++}`;
    const answer = this.#pending.expect(id, to, this.jid);
    const exchange = this.send(xml('iq', { type, to, id }, payload)).then(() => answer);
    try {
      return await limited(exchange, `an answer from ${to}`, timeoutMs, this.link, signal);
    } finally {
      this.#pending.forget(id);
    }
  }

  /**
   * Answers the gets or sets that come with this payload, from now on until the returned function is called.
   * @throws Error when somebody answers them already
   */
  handle(type: 'get' | 'set', namespace: string, name: string, handler: RequestHandler): () => void {
    return this.#handlers.add(type, namespace, name, handler);
  }

  /** Tells of every message stanza; the returned function ends that. The listener must not throw. */
  onMessage(listener: StanzaListener): () => void {
    return listen(this.#listeners.message, listener);
  }

  /** Tells of every presence stanza; the returned function ends that. The listener must not throw. */
  onPresence(listener: StanzaListener): () => void {
    return listen(this.#listeners.presence, listener);
  }

  /** Sends a stanza as it is; a component's gets its `from`. @throws OfflineError */
  async send(stanza: Element): Promise<void> {
    if (!this.isOnline) throw new OfflineError('the XMPP session is not connected');
    if (this.#speaksForItself()) stanza.attrs.from ??= this.jid; // [COMP-14]
    try {
      await this.#entity.send(stanza);
    } catch (error) {
      throw new OfflineError('the XMPP session could not send', { cause: error });
    }
  }

  /** Lets go of the entity, which stays as it is; everything that still waits ends with an OfflineError. Idempotent. */
  close(): void {
    this.#isClosed = true;
    this.#entity.removeListener('stanza', this.#onStanza);
    this.#entity.removeListener('disconnect', this.#onDisconnect);
    this.#entity.removeListener('offline', this.#onOffline);
    this.#handlers.clear();
    this.#onOffline();
  }

  readonly #onDisconnect = () => this.#link.abort(new OfflineError('the XMPP connection was lost'));

  readonly #onOffline = () => {
    const reason = new OfflineError('the XMPP session has ended');
    this.#link.abort(reason);
    this.#life.abort(reason);
  };

  readonly #onStanza = (stanza: Element) => {
    if (stanza.name === 'iq') this.#pending.take(stanza);
    if (stanza.name !== 'message' && stanza.name !== 'presence') return;
    for (const listener of [...this.#listeners[stanza.name]]) listener(stanza);
  };

  /** A client's server knows who speaks; a component has to say it. */
  #speaksForItself(): boolean {
    return this.#options.jid !== undefined || !this.jid.includes('@');
  }

  /** A component may have several addresses, each with a session of its own. */
  #isForUs(to: string | undefined): boolean {
    return to === undefined || this.#options.jid === undefined || isSameJid(to, this.#options.jid);
  }

  /**
   * Whether a request is ours to answer. We send the answer ourselves, since the entity's own way repeats the whole
   * request in every error, and some clients take an error with a payload for an answer. [ENT-09]
   */
  #take(stanza: Element): boolean {
    const [payload] = childElements(stanza);
    const type = attribute(stanza, 'type') ?? '';
    if (stanza.name !== 'iq' || payload === undefined || !['get', 'set'].includes(type)) return false;
    const handler = this.#handlers.find(type, payload);
    if (handler === undefined || !this.#isForUs(attribute(stanza, 'to'))) return false;
    void this.#answer(stanza, payload, handler);
    return true;
  }

  async #answer(stanza: Element, payload: Element, handler: RequestHandler): Promise<void> {
    const { link: signal } = this;
    const [from, id] = [attribute(stanza, 'from') ?? '', attribute(stanza, 'id') ?? ''];
    const to = attribute(stanza, 'to') ?? this.jid;
    const answer = await ask(handler, { from, to, id, payload, signal }, this.#onError);
    const type = answer instanceof StanzaError ? 'error' : 'result';
    const reply = xml('iq', { type, to: from, id, ...(this.#speaksForItself() ? { from: to } : {}) });
    if (answer !== undefined) reply.append(answer instanceof StanzaError ? writeStanzaError(answer) : answer);
    if (!signal.aborted) await this.send(reply).catch(() => {}); // nobody is left to be told
  }
}

function listen(listeners: Set<StanzaListener>, listener: StanzaListener): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}
