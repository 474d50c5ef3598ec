// The one door to @xmpp/component-core: one component stream, from the connection to its end. [XEP-0114 §3]
//
// It extends the library's Component, and each override says what it bridges. A stream is used once: what comes
// after its end is the link's business, so the library's own reconnection has no part in it.

import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { connect as connectTls } from 'node:tls';
import { Component } from '@xmpp/component-core';
import type { Clock } from '../rendezvous/ports.ts';
import { attribute, type Element, isElement, keepWhitespace, xml } from '../wire/xml.ts';
import { type XmlStreamError, XmlStreamParser } from '../wire/xml-stream.ts';
import {
  COMPONENT,
  type EndCause,
  type Phase,
  readStreamError,
  STREAMS,
  type StreamEnd,
} from './stream-end.ts';

/** How long the closing of a stream may take before the connection is cut, in milliseconds. */
const CLOSING_MS = 2_000;
/** The port where the service has none; IANA has none either, servers use this one. */
const DEFAULT_PORT = 5347;
/** Enough to tell HTTP, TLS and SSH from XML. */
const SNIFFED_BYTES = 8;

export interface ComponentStreamOptions {
  /** `xmpp://HOST:PORT`, or `xmpps://` for direct TLS. [COMP-27] */
  readonly service: string;
  readonly domain: string;
  readonly secret: string;
  /** With `xmpps://`: a PEM file of the authorities to trust; default: those of Node.js. */
  readonly caFile?: string | undefined;
  /** From the connection to the accepted handshake, in milliseconds. */
  readonly joinTimeoutMs: number;
  readonly clock: Clock;
}

/**
 * Events beside the library's: `input` whenever anything came in. `online` comes at most once, `stanza` only while
 * online and before the end.
 */
export class ComponentStream extends Component {
  /** Resolves when the connection is gone, whatever the reason; never rejects. */
  readonly ended: Promise<StreamEnd>;
  /** Bridges: chunks decoded one by one, no bounds, DOCTYPE accepted. [COMP-22] [COMP-23] [COMP-24] */
  override readonly Parser = XmlStreamParser;
  readonly #options: ComponentStreamOptions;
  #phase: Phase = 'connecting';
  #cause: EndCause | undefined;
  #firstBytes = Buffer.alloc(0);
  #cancelDeadline = () => {};
  #resolveEnded: (end: StreamEnd) => void = () => {};

  constructor(options: ComponentStreamOptions) {
    super({ service: options.service, domain: options.domain });
    this.#options = options;
    this.timeout = CLOSING_MS;
    this.ended = new Promise((resolve) => {
      this.#resolveEnded = resolve;
    });
    this.on('open', (header: Element) => this.#checkHeader(header));
    this.on('close', () => this.#finish({ kind: 'stream-closed' }));
    this.on('error', (error: Error) => this.#finish({ kind: 'socket-error', error }));
    this.on('disconnect', () => this.#onDisconnect());
  }

  /** Connects, opens the stream and proves the secret. Emits `online`, or tells in `ended` why not. */
  join(): void {
    const { clock, joinTimeoutMs } = this.#options;
    this.#cancelDeadline = clock.after(joinTimeoutMs, () => this.#finish({ kind: 'silent' }));
    this.#join().catch((error: Error) => this.#finish({ kind: 'socket-error', error }));
  }

  /** Cuts a connection on which nothing comes in any more. [COMP-20] */
  cut(): void {
    this.#finish({ kind: 'dead' });
  }

  /** Sends the closing tag, waits for the server's, and ends the connection; each wait is bounded. Idempotent. */
  override async stop(): Promise<void> {
    if (this.#cause === undefined) {
      this.#cause = { kind: 'stopped' };
      this.#cancelDeadline();
      // A server that has not let us in yet owes us no goodbye.
      if (this.#phase === 'online') await Promise.race([super.stop(), this.ended]);
      else if (this.#phase !== 'connecting') this.socket?.end(this.footer());
      if (this.socket === null) this.#settle();
      else this.socket.destroy(new Error('given up'));
    } else if (this.#cause.kind !== 'stopped') {
      this.socket?.destroy(new Error('given up')); // its last words are with the system already
    }
    await this.ended;
  }

  /** Bridges: an IPv6 host kept its brackets, and only `xmpp:` was known. */
  override socketParameters(service: string): { host: string; port: number } {
    const { hostname, port } = new URL(service);
    return { host: hostname.replace(/^\[|\]$/g, ''), port: port === '' ? DEFAULT_PORT : Number(port) };
  }

  /** Adds direct TLS, with the server's name checked. [COMP-27] */
  override async connect(service: string): Promise<unknown> {
    if (!service.startsWith('xmpps:')) return super.connect(service);
    this._status('connecting', service);
    const { caFile } = this.#options;
    const ca = caFile === undefined ? {} : { ca: await readFile(caFile) };
    if (this.#cause !== undefined) throw new Error('given up');
    const socket = connectTls({ ...this.socketParameters(service), ...ca });
    this._attachSocket(socket);
    return once(socket, 'secureConnect');
  }

  /** Leaves out `version`, which is not XEP-0114's. [COMP-01] [COMP-02] */
  override headerElement(): Element {
    const header = super.headerElement();
    delete header.attrs.version;
    return header;
  }

  /** Bridges: id and secret were hashed as Latin-1, and any answer but `<handshake/>` was a failure. [COMP-04] [COMP-05] */
  override async authenticate(id: string, secret: string): Promise<void> {
    const digest = createHash('sha1')
      .update(id + secret, 'utf8')
      .digest('hex');
    await this.send(xml('handshake', {}, digest)); // [COMP-07]
  }

  /** Bridges: an id with a tab or a line end in it came back with spaces. [ENT-01] */
  override write(text: string): Promise<void> {
    return super.write(keepWhitespace(text));
  }

  /** Bridges: a chunk after the closing tag met a null parser and ended the process. [COMP-18] */
  override _onData(data: Buffer): void {
    if (this.#firstBytes.length < SNIFFED_BYTES) {
      this.#firstBytes = Buffer.concat([this.#firstBytes, data]).subarray(0, SNIFFED_BYTES);
    }
    this.emit('input');
    this.parser?.write(data);
    const { socket } = this;
    // A server that does not read our answers gets to ask no more: what waits to be written stays bounded.
    if (socket?.writableNeedDrain && !socket.isPaused()) {
      socket.pause();
      socket.once('drain', () => socket.resume());
    }
  }

  /** Bridges: see-other-host was followed, and the condition was taken for the first child of any kind. [COMP-12] */
  override _onElement(element: Element): void {
    if (this.#cause !== undefined) return;
    if (isElement(element, 'error', STREAMS)) this.#finish(readStreamError(element));
    else if (this.#phase === 'online') super._onElement(element);
    else if (this.#phase === 'authenticating' && isElement(element, 'handshake', COMPONENT)) this.#accept();
    // [COMP-15] stream:features and whatever else comes before the handshake's answer is ignored
  }

  /** Bridges: every error was `bad-format`, and the closing tag was not sent. [COMP-25] */
  override _onParserError(error: XmlStreamError): void {
    this.#finish({ kind: 'bad-xml', condition: error.condition, message: error.message });
  }

  async #join(): Promise<void> {
    const { service, domain, secret } = this.#options;
    await this.connect(service);
    if (this.#cause !== undefined) return;
    this.socket?.setNoDelay(true);
    this.#phase = 'opening';
    const header = await this.open({ domain, timeout: 0 }); // the deadline of join() ends this wait
    const id = attribute(header, 'id') ?? '';
    if (this.#cause !== undefined || id === '') return; // [COMP-08] no id: an error follows
    this.#phase = 'authenticating';
    await this.authenticate(id, secret); // [COMP-03]
  }

  #checkHeader(header: Element): void {
    const namespace = attribute(header, 'xmlns') ?? COMPONENT;
    if (!header.is('stream', STREAMS)) this.#finish({ kind: 'no-stream' });
    else if (namespace !== COMPONENT) this.#finish({ kind: 'wrong-namespace', namespace });
  }

  /** Only now stanzas may go out. [COMP-06] */
  #accept(): void {
    this.#cancelDeadline();
    this.#phase = 'online';
    this._jid(this.#options.domain);
    this._status('online');
  }

  /** The first cause counts. Nothing that still comes in is looked at. [COMP-13] */
  #finish(cause: EndCause): void {
    if (this.#cause !== undefined) return;
    this.#cause = cause;
    this.#cancelDeadline();
    this._detachParser();
    const { socket } = this;
    const hopeless = this.#phase === 'connecting' || cause.kind === 'silent' || cause.kind === 'dead';
    if (socket === null) {
      this.#settle();
    } else if (hopeless) {
      socket.destroy(new Error('given up'));
    } else {
      socket.end(`${lastWords(cause)}${this.footer()}`);
      socket.resume();
      this.#cancelDeadline = this.#options.clock.after(CLOSING_MS, () => socket.destroy());
    }
  }

  #onDisconnect(): void {
    this.#finish({ kind: 'closed' });
    this.#cancelDeadline();
    this.#settle();
  }

  #settle(): void {
    const cause = this.#cause ?? { kind: 'closed' };
    this.#resolveEnded({ phase: this.#phase, cause, firstBytes: this.#firstBytes });
    this.emit('error', new Error('the stream has ended')); // whatever of the library still waits for something
  }
}

/** The error that we owe the server for its XML. [RFC 6120 §4.9.1] */
function lastWords(cause: EndCause): string {
  if (cause.kind !== 'bad-xml') return '';
  return `<stream:error><${cause.condition} xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>`;
}
