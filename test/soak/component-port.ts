// An XMPP server's component port for hours: it lets the proxy join, sends activations as if from users, and cuts the
// link when told to. It keeps nothing of what has been answered. [XEP-0114 §3]

import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { attribute, type Element } from '../../src/wire/xml.ts';
import { XmlStreamParser } from '../../src/wire/xml-stream.ts';

const HEADER =
  "<stream:stream xmlns='jabber:component:accept' xmlns:stream='http://etherx.jabber.org/streams' from='p' id='soak'>";
const ANSWER_MS = 30_000;

/** The link went away before the answer came. */
export class LinkLostError extends Error {
  override readonly name = 'LinkLostError';
}

type Settle = (reply: Element | undefined) => void;

export class ComponentPort {
  readonly #server: Server;
  readonly #pending = new Map<string, Settle>();
  #link: Socket | undefined;
  #wake: (() => void)[] = [];
  #requests = 0;

  private constructor(server: Server) {
    this.#server = server;
    server.on('connection', (socket) => this.#serve(socket));
  }

  static async open(): Promise<ComponentPort> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new ComponentPort(server);
  }

  get port(): number {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the component port is closed');
    return address.port;
  }

  /** Sends a request as soon as the proxy is joined. @throws LinkLostError; Error when there is no answer in time */
  async ask(from: string, to: string, type: 'get' | 'set', payload: string): Promise<Element> {
    while (this.#link === undefined) await new Promise<void>((resolve) => this.#wake.push(resolve));
    const id = String(++this.#requests);
    const reply = new Promise<Element>((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`no answer to ${payload}`)), ANSWER_MS);
      this.#pending.set(id, (element) => {
        clearTimeout(late);
        this.#pending.delete(id);
        if (element) resolve(element);
        else reject(new LinkLostError('the link was cut'));
      });
    });
    this.#link.write(`<iq type='${type}' id='${id}' from='${from}' to='${to}'>${payload}</iq>`);
    return reply;
  }

  /** Cuts the link; the proxy comes back by itself. */
  cut(): void {
    this.#link?.resetAndDestroy();
  }

  async close(): Promise<void> {
    this.#link?.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #serve(socket: Socket): void {
    const parser = new XmlStreamParser();
    parser.on('start', () => socket.write(HEADER));
    parser.on('element', (element) => this.#take(element, socket));
    socket.on('data', (chunk) => parser.write(chunk));
    socket.on('error', () => {});
    socket.on('close', () => this.#lose(socket));
  }

  #take(element: Element, socket: Socket): void {
    if (element.name === 'handshake') {
      socket.write('<handshake/>');
      this.#link = socket;
      for (const wake of this.#wake.splice(0)) wake();
      return;
    }
    const type = attribute(element, 'type');
    if (type === 'result' || type === 'error') this.#pending.get(attribute(element, 'id') ?? '')?.(element);
    else if (element.name === 'iq') socket.write(pong(element)); // the proxy asks whether the link lives
  }

  #lose(socket: Socket): void {
    if (this.#link !== socket) return;
    this.#link = undefined;
    for (const settle of [...this.#pending.values()]) settle(undefined);
  }
}

/** A server sends a ping to the component's own domain back to the component; a result is an answer as well. */
function pong(iq: Element): string {
  const [id, from, to] = ['id', 'from', 'to'].map((name) => attribute(iq, name) ?? '');
  return `<iq type='result' id='${id}' from='${to}' to='${from}'/>`;
}
