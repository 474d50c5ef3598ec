// One XML stream over one accepted socket: headers, elements, stream errors, the end. [RFC 6120 §4]

import { randomBytes } from 'node:crypto';
import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { attribute, type Element, xml } from '../wire/xml.ts';
import { XmlStreamParser } from '../wire/xml-stream.ts';

const STREAMS = 'http://etherx.jabber.org/streams';
const STREAM_ERRORS = 'urn:ietf:params:xml:ns:xmpp-streams';
const NEGOTIATION_DEADLINE_MS = 30_000;
const CLOSE_DEADLINE_MS = 2000;
/** What may lie unsent for one reader before it is cut off. */
const MAX_UNSENT_BYTES = 16 * 1024 * 1024;

export interface StreamEvents {
  /** The peer opened a stream, or opened it anew after `restart()`. */
  header: [header: Element];
  element: [element: Element];
  /** The stream is over, for whatever reason; once. The socket may still be on its way out. */
  closed: [];
}

/** Owns the socket. */
export class Stream extends EventEmitter<StreamEvents> {
  readonly #socket: Socket;
  readonly #namespace: string;
  #parser: XmlStreamParser | undefined;
  #headerSent = false;
  #over = false;
  #deadline = setTimeout(() => this.close('connection-timeout'), NEGOTIATION_DEADLINE_MS);

  /** @param namespace the default namespace: of clients or of components */
  constructor(socket: Socket, namespace: string) {
    super();
    this.#socket = socket;
    this.#namespace = namespace;
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.#parser?.write(chunk));
    socket.on('end', () => this.close());
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      clearTimeout(this.#deadline);
      this.#end();
    });
    this.restart();
  }

  /** True when the peer's stream header has our default namespace, and streams in theirs. */
  accepts(header: Element): boolean {
    return header.is('stream', STREAMS) && attribute(header, 'xmlns') === this.#namespace;
  }

  /** Expects a new header, as after a successful login. [RFC 6120 §6.4.6] */
  restart(): void {
    const parser = new XmlStreamParser();
    this.#parser = parser;
    this.#headerSent = false;
    const current = () => this.#parser === parser;
    parser.on('start', (header) => current() && this.emit('header', header));
    parser.on('element', (element) => current() && this.emit('element', element));
    parser.on('end', () => current() && this.close());
    parser.on('error', ({ condition }) => current() && this.close(condition));
  }

  /** The peer has shown who it is: the deadline for that is lifted. */
  established(): void {
    clearTimeout(this.#deadline);
  }

  /** Sends our header and returns the stream's id. */
  sendHeader(attributes: Readonly<Record<string, string>>): string {
    const id = randomBytes(12).toString('base64url');
    const header = xml('stream:stream', {
      xmlns: this.#namespace,
      'xmlns:stream': STREAMS,
      id,
      ...attributes,
    });
    this.#write(`<?xml version='1.0'?>${header.toString().replace(/\/>$/, '>')}`);
    this.#headerSent = true;
    return id;
  }

  send(element: Element): void {
    if (this.#over) return;
    this.#write(element.toString());
    if (this.#socket.writableLength > MAX_UNSENT_BYTES) this.drop();
  }

  /** Says why, if it is an error, and closes in order; a peer that does not follow is cut off. Idempotent. [RFC 6120 §4.9.1] */
  close(condition?: string): void {
    if (this.#over) return;
    if (!this.#headerSent) this.sendHeader({});
    if (condition !== undefined) {
      this.send(xml('stream:error', {}, xml(condition, { xmlns: STREAM_ERRORS })));
    }
    this.#write('</stream:stream>');
    this.#socket.end();
    this.#end();
    clearTimeout(this.#deadline);
    this.#deadline = setTimeout(() => this.#socket.destroy(), CLOSE_DEADLINE_MS);
  }

  /** Cuts the connection without a word, as a crashed server or a broken network does. */
  drop(): void {
    this.#socket.resetAndDestroy();
    this.#end();
  }

  #end(): void {
    if (this.#over) return;
    this.#over = true;
    this.#parser = undefined;
    this.emit('closed');
  }

  #write(text: string): void {
    if (this.#socket.writable) this.#socket.write(text);
  }
}
