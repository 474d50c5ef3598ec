// The one door to saxes: bytes of an XML stream in, its root and its complete stanzas out, strictly and within bounds.
// [RFC 6120 §4, §11] [COMP-22] [COMP-23] [COMP-24]

import { EventEmitter } from 'node:events';
import { SaxesParser, type SaxesTagNS } from 'saxes';
import { type Element, xml } from './xml.ts';

/** The stream error that fits what was wrong with the input. [RFC 6120 §4.9.3] */
export type XmlStreamCondition =
  | 'not-well-formed'
  | 'restricted-xml'
  | 'unsupported-encoding'
  | 'policy-violation';

/** Input that ends the stream. The message says what was wrong and never quotes the input. */
export class XmlStreamError extends Error {
  override readonly name = 'XmlStreamError';
  readonly condition: XmlStreamCondition;

  constructor(condition: XmlStreamCondition, message: string) {
    super(message);
    this.condition = condition;
  }
}

export interface XmlStreamOptions {
  /** How long a stanza (or the header) may be, in bytes of UTF-8; at least 10000. Default 262144. [RFC 6120 §13.12] */
  readonly maxStanzaBytes?: number;
  /** How deep elements may be nested below the root. Default 64. */
  readonly maxDepth?: number;
}

export interface XmlStreamEvents {
  /** The root's start tag, as written. */
  start: [root: Element];
  /** A complete child of the root. */
  element: [element: Element];
  /** The root's end tag. Nothing follows. */
  end: [root: Element];
  /** Nothing follows. */
  error: [error: XmlStreamError];
}

type Pending =
  | { readonly name: 'start' | 'element' | 'end'; readonly element: Element; readonly at: number }
  | { readonly name: 'error'; readonly error: XmlStreamError };

const STOPPED = Symbol('the stream is over');

const LEADING_SPACE = /^[ \t\r\n]+/;

/**
 * An incremental parser, one a stream. Chunks may be cut anywhere, also inside a UTF-8 sequence. What comes after
 * the root's end tag or after an error is ignored. [COMP-18]
 *
 * Elements are canonical: names have no prefix, and `attrs.xmlns` is there exactly where the namespace differs
 * from the parent's, so always on a child of the root. Only the root keeps its prefixes. [COMP-12]
 */
export class XmlStreamParser extends EventEmitter<XmlStreamEvents> {
  readonly #decoder = new TextDecoder('utf-8', { fatal: true });
  readonly #saxes = new SaxesParser({
    xmlns: true,
    position: false,
    forceXMLVersion: true,
    defaultXMLVersion: '1.0',
  });
  readonly #maxStanzaBytes: number;
  readonly #maxDepth: number;
  readonly #open: { readonly element: Element; readonly namespace: string }[] = [];
  #queue: Pending[] = [];
  #over = false;
  /** The chunk in hand, where it starts in the stream, and where in it the stanza in progress starts. */
  #chunk = '';
  #chunkStart = 0;
  #stanzaStart = 0;
  /** Bytes of the stanza in progress that came with earlier chunks. */
  #stanzaBytes = 0;

  constructor({ maxStanzaBytes = 262_144, maxDepth = 64 }: XmlStreamOptions = {}) {
    super();
    this.#maxStanzaBytes = maxStanzaBytes;
    this.#maxDepth = maxDepth;
    const saxes = this.#saxes;
    saxes.on('error', (error) => this.#stop(conditionOf(error.message), error.message));
    saxes.on('doctype', () => this.#stop('restricted-xml', 'a document type declaration'));
    saxes.on('comment', () => this.#stop('restricted-xml', 'a comment'));
    saxes.on('processinginstruction', () => this.#stop('restricted-xml', 'a processing instruction'));
    saxes.on('xmldecl', ({ encoding = 'UTF-8' }) => {
      if (encoding.toUpperCase() !== 'UTF-8')
        this.#stop('unsupported-encoding', 'an encoding other than UTF-8');
    });
    saxes.on('opentagstart', () => {
      if (this.#over) throw STOPPED;
      if (this.#open.length > this.#maxDepth) this.#stop('policy-violation', 'elements nested too deep');
    });
    saxes.on('opentag', (tag) => this.#onOpen(tag));
    saxes.on('closetag', () => this.#onClose());
    saxes.on('text', (text) => this.#onText(text));
    saxes.on('cdata', (text) => this.#onText(text));
  }

  /** Takes the next bytes; listeners are called before it returns, in the order of the stream. */
  write(chunk: Uint8Array | string): void {
    if (this.#over) return;
    const text = typeof chunk === 'string' ? chunk : this.#decode(chunk);
    if (text === undefined) this.#fail('unsupported-encoding', 'bytes that are not UTF-8');
    else this.#parse(text);
    const queue = this.#queue;
    this.#queue = [];
    for (const event of queue) {
      if (event.name !== 'error') this.emit(event.name, event.element);
      // An earlier event of the same chunk may have ended the stream: then there is nobody left to tell.
      else if (this.listenerCount('error') > 0) this.emit('error', event.error);
    }
  }

  #decode(chunk: Uint8Array): string | undefined {
    try {
      return this.#decoder.decode(chunk, { stream: true });
    } catch {
      return undefined;
    }
  }

  #parse(text: string): void {
    // Between stanzas, whitespace is a sign of life and nothing else; it must not add up. [COMP-21]
    const idle = this.#open.length === 1 && this.#stanzaBytes === 0;
    this.#chunk = idle ? text.replace(LEADING_SPACE, '') : text;
    this.#stanzaStart = 0;
    try {
      this.#saxes.write(this.#chunk);
    } catch (thrown) {
      if (thrown !== STOPPED) throw thrown;
      return;
    }
    this.#chunkStart += this.#chunk.length;
    const rest = this.#chunk.slice(this.#stanzaStart);
    this.#chunk = '';
    const between = this.#open.length === 1 && this.#stanzaBytes === 0;
    this.#stanzaBytes += Buffer.byteLength(between ? rest.replace(LEADING_SPACE, '') : rest);
    if (this.#stanzaBytes > this.#maxStanzaBytes) this.#failTooLong();
  }

  #onOpen(tag: SaxesTagNS): void {
    if (this.#over) return;
    const parent = this.#open.at(-1);
    if (parent === undefined) {
      const root = xml(tag.name, valuesOf(tag));
      this.#open.push({ element: root, namespace: tag.uri });
      this.#complete('start', root);
      return;
    }
    const top = this.#open.length === 1;
    const element = xml(tag.local, canonicalAttributes(tag, top ? undefined : parent.namespace));
    if (!top) parent.element.append(element);
    this.#open.push({ element, namespace: tag.uri });
  }

  #onClose(): void {
    if (this.#over) return;
    const closed = this.#open.pop();
    if (closed === undefined) return;
    if (this.#open.length === 1) this.#complete('element', closed.element);
    if (this.#open.length === 0) {
      this.#complete('end', closed.element);
      this.#over = true;
    }
  }

  #onText(text: string): void {
    if (!this.#over && this.#open.length > 1) this.#open.at(-1)?.element.t(text);
  }

  /** The header, a stanza or the end is there: hand it over, and start counting anew. */
  #complete(name: 'start' | 'element' | 'end', element: Element): void {
    const at = this.#saxes.position;
    const end = at - this.#chunkStart;
    this.#stanzaBytes += Buffer.byteLength(this.#chunk.slice(this.#stanzaStart, end));
    if (this.#stanzaBytes > this.#maxStanzaBytes) {
      this.#failTooLong();
      return;
    }
    this.#stanzaBytes = 0;
    this.#stanzaStart = end;
    this.#queue.push({ name, element, at });
  }

  /** From inside of saxes, whose time for deep nesting grows with its square: what follows is not even parsed. */
  #stop(condition: XmlStreamCondition, message: string): never {
    this.#fail(condition, message);
    throw STOPPED;
  }

  #failTooLong(): void {
    this.#fail('policy-violation', `a stanza of more than ${this.#maxStanzaBytes} bytes`);
  }

  #fail(condition: XmlStreamCondition, message: string): void {
    const last = this.#queue.at(-1);
    // saxes closes an element before it complains that the end tag was another one's.
    const mismatched = last !== undefined && last.name !== 'error' && last.at === this.#saxes.position;
    if (this.#over && !mismatched) return;
    if (mismatched) this.#queue.pop();
    this.#over = true;
    this.#queue.push({ name: 'error', error: new XmlStreamError(condition, message) });
  }
}

/** saxes has messages only; entities and a late DOCTYPE are restricted XML, not bad syntax. [RFC 6120 §11.1] */
function conditionOf(message: string): XmlStreamCondition {
  return /doctype|undefined entity/.test(message) ? 'restricted-xml' : 'not-well-formed';
}

function valuesOf(tag: SaxesTagNS): Record<string, string> {
  return Object.fromEntries(Object.entries(tag.attributes).map(([name, { value }]) => [name, value]));
}

/** Declarations go, but for those of prefixed attributes, which travel with their element. */
function canonicalAttributes(tag: SaxesTagNS, inherited: string | undefined): Record<string, string> {
  const attributes: Record<string, string> = {};
  if (tag.uri !== inherited) attributes.xmlns = tag.uri;
  for (const { name, prefix, uri, value } of Object.values(tag.attributes)) {
    if (name === 'xmlns' || prefix === 'xmlns') continue;
    if (prefix !== '' && prefix !== 'xml') attributes[`xmlns:${prefix}`] = uri;
    attributes[name] = value;
  }
  return attributes;
}
