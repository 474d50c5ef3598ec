// A component port under the test's control: it accepts, sends what the test says byte by byte, and keeps
// everything it received. The server's half of XEP-0114, with nothing done unasked.

import { createHash } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import { expect, onTestFinished } from 'vitest';
import { attribute, type Element } from '../../src/wire/xml.ts';
import { XmlStreamParser } from '../../src/wire/xml-stream.ts';

/** How long the test waits for the other side before it fails, in milliseconds. */
const PATIENCE_MS = 10_000;

export const COMPONENT_NS = 'jabber:component:accept';
export const STREAMS_NS = 'http://etherx.jabber.org/streams';

export interface ScriptedServerOptions {
  /** Default 0: the system chooses. */
  readonly port?: number;
  /** Serve direct TLS with this key and certificate. */
  readonly tls?: TlsOptions;
}

/** Starts a server that the test's end closes. Call it inside a test. */
export async function startScriptedServer(options: ScriptedServerOptions = {}): Promise<ScriptedServer> {
  const server = options.tls ? createTlsServer(options.tls) : createServer();
  const scripted = new ScriptedServer(server, options.tls ? 'xmpps' : 'xmpp');
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => scripted.close());
  return scripted;
}

export class ScriptedServer {
  /** Every connection so far, in the order of arrival, accepted by the test or not. */
  readonly connections: ScriptedConnection[] = [];
  readonly #server: Server;
  readonly #scheme: string;
  #accepted = 0;

  constructor(server: Server, scheme: string) {
    this.#server = server;
    this.#scheme = scheme;
    server.on(scheme === 'xmpps' ? 'secureConnection' : 'connection', (socket: Socket) => {
      this.connections.push(new ScriptedConnection(socket));
      server.emit('scripted');
    });
  }

  get port(): number {
    const address = this.#server.address();
    if (address === null || typeof address === 'string')
      throw new Error('the scripted server is not listening');
    return address.port;
  }

  /** What to put into `xmpp.service`. */
  get service(): string {
    return `${this.#scheme}://127.0.0.1:${this.port}`;
  }

  /** The next connection that the test has not had yet. */
  async accept(): Promise<ScriptedConnection> {
    for (;;) {
      const connection = this.connections[this.#accepted];
      if (connection) {
        this.#accepted++;
        return connection;
      }
      await patiently(this.#server, 'scripted', 'a connection');
    }
  }

  /** Accepts and goes through the whole exchange; stanzas can be sent when it resolves. */
  async join(options: HandshakeOptions): Promise<ScriptedConnection> {
    const connection = await this.accept();
    await connection.handshake(options);
    return connection;
  }

  /** Cuts every connection and stops listening. Idempotent. */
  async close(): Promise<void> {
    for (const connection of this.connections) connection.destroy();
    if (!this.#server.listening) return;
    this.#server.close();
    await once(this.#server, 'close');
  }
}

export interface HandshakeOptions {
  readonly secret: string;
  /** The stream's id, before XML escaping. Default `3BF96D32`. */
  readonly id?: string;
}

type StreamEvents = { header: []; element: []; footer: []; closed: []; data: [] };

export class ScriptedConnection {
  /** The peer's stream header, once it is there. */
  header: Element | undefined;
  /** Children of the peer's root that the test has not taken yet. */
  readonly unread: Element[] = [];
  /** True once the peer has sent `</stream:stream>`. */
  footerSeen = false;
  /** True once the TCP connection is gone. */
  closed = false;
  /** What the peer sent that is no acceptable XML stream; a test that expects none checks that it is undefined. */
  parseError: Error | undefined;
  readonly #socket: Socket;
  readonly #events = new EventEmitter<StreamEvents>();
  readonly #chunks: Buffer[] = [];
  #lastId = 0;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    const parser = new XmlStreamParser();
    parser.on('start', (root) => {
      this.header = root;
      this.#events.emit('header');
    });
    parser.on('element', (element) => {
      this.unread.push(element);
      this.#events.emit('element');
    });
    parser.on('end', () => {
      this.footerSeen = true;
      this.#events.emit('footer');
    });
    parser.on('error', (error) => {
      this.parseError = error;
    });
    socket.on('data', (chunk: Buffer) => {
      this.#chunks.push(chunk);
      parser.write(chunk);
      this.#events.emit('data');
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      this.closed = true;
      this.#events.emit('closed');
    });
  }

  /** Everything received so far. */
  get received(): string {
    return Buffer.concat(this.#chunks).toString('utf8');
  }

  /** Sends text or bytes as they are. */
  send(data: string | Uint8Array | Element): void {
    this.#socket.write(typeof data === 'string' || data instanceof Uint8Array ? data : data.toString());
  }

  /** Sends one byte a segment. */
  async sendByteByByte(data: string): Promise<void> {
    for (const byte of Buffer.from(data)) {
      await new Promise<void>((resolve) => this.#socket.write(Buffer.of(byte), () => resolve()));
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** Sends the server's stream header; `attributes` is XML text. */
  sendHeader(attributes = "from='proxy.example.org' id='3BF96D32'"): void {
    this.send(
      `<?xml version='1.0'?><stream:stream xmlns='${COMPONENT_NS}' xmlns:stream='${STREAMS_NS}' ${attributes}>`,
    );
  }

  /** Sends a stream error and the closing tag, and ends the connection. */
  sendStreamError(condition: string, text = ''): void {
    const ns = 'urn:ietf:params:xml:ns:xmpp-streams';
    const detail = text === '' ? '' : `<text xmlns='${ns}'>${text}</text>`;
    this.send(`<stream:error><${condition} xmlns='${ns}'/>${detail}</stream:error></stream:stream>`);
    this.end();
  }

  /** Waits for the peer's header, sends ours, checks the digest, and accepts it. [COMP-01] [COMP-04] */
  async handshake({ secret, id = '3BF96D32' }: HandshakeOptions): Promise<void> {
    await this.untilHeader();
    this.sendHeader(`from='proxy.example.org' id='${escapeAttribute(id)}'`);
    const handshake = await this.next('handshake');
    expect(handshake.getText()).toBe(digest(id, secret));
    this.send('<handshake/>');
  }

  async untilHeader(): Promise<Element> {
    while (this.header === undefined) await patiently(this.#events, 'header', 'a stream header', this);
    return this.header;
  }

  /** The next child of the root, or the next one of that name; the others stay unread. */
  async next(name?: string): Promise<Element> {
    return this.#take((element) => name === undefined || element.name === name, name ?? 'an element');
  }

  /** The next iq, message or presence. */
  async nextStanza(): Promise<Element> {
    return this.#take(({ name }) => ['iq', 'message', 'presence'].includes(name), 'a stanza');
  }

  /** Sends an iq (its id must be set) and waits for the reply with that id; other stanzas stay unread. */
  async ask(iq: string | Element): Promise<Element> {
    const text = iq.toString();
    const id = /\bid=['"]([^'"]+)['"]/.exec(text)?.[1];
    if (id === undefined) throw new Error(`the request has no id: ${text}`);
    this.send(text);
    return this.#take((element) => isReply(element) && attribute(element, 'id') === id, `a reply to ${id}`);
  }

  /**
   * Waits until the peer has dealt with everything sent before: a ping is answered after it. What is then
   * unread came from what was sent before.
   */
  async settle(to: string, from = 'settle@example.org/test'): Promise<void> {
    const id = `settle-${++this.#lastId}`;
    await this.ask(`<iq type='get' id='${id}' from='${from}' to='${to}'><ping xmlns='urn:xmpp:ping'/></iq>`);
  }

  /** Waits for `</stream:stream>`. */
  async untilFooter(): Promise<void> {
    while (!this.footerSeen) await patiently(this.#events, 'footer', 'the closing tag', this);
  }

  /** Waits for the end of the TCP connection. */
  async untilClosed(): Promise<void> {
    while (!this.closed) await patiently(this.#events, 'closed', 'the end of the connection', this);
  }

  /** Waits until the received text contains `text`. */
  async untilReceived(text: string): Promise<void> {
    while (!this.received.includes(text)) await patiently(this.#events, 'data', JSON.stringify(text), this);
  }

  /** Sends FIN. */
  end(): void {
    this.#socket.end();
  }

  /** Sends RST where the connection is still open. */
  reset(): void {
    this.#socket.resetAndDestroy();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  async #take(wanted: (element: Element) => boolean, what: string): Promise<Element> {
    for (;;) {
      const index = this.unread.findIndex(wanted);
      const [element] = index === -1 ? [] : this.unread.splice(index, 1);
      if (element) return element;
      await patiently(this.#events, 'element', what, this);
    }
  }
}

/** The digest as XEP-0114 §3 has it, worked out apart from the code under test. */
export function digest(id: string, secret: string): string {
  return createHash('sha1')
    .update(Buffer.from(id + secret, 'utf8'))
    .digest('hex');
}

function isReply(element: Element): boolean {
  return element.name === 'iq' && ['result', 'error'].includes(attribute(element, 'type') ?? '');
}

function escapeAttribute(value: string): string {
  return value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll("'", '&apos;');
}

async function patiently(
  emitter: EventEmitter | EventEmitter<StreamEvents>,
  event: string,
  what: string,
  connection?: ScriptedConnection,
): Promise<void> {
  const error = new Error(`waited ${PATIENCE_MS} ms for ${what}`);
  try {
    await once(emitter as EventEmitter, event, { signal: AbortSignal.timeout(PATIENCE_MS) });
  } catch {
    if (connection) error.message += `; received so far: ${connection.received.slice(-2000)}`;
    throw error;
  }
}
