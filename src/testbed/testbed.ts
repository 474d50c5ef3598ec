// An embedded XMPP server for the demo and the tests: a component port, a client port, and the routing between them.
// Small and honest: it answers nothing that it does not do. [XEP-0114] [RFC 6120]

import { EventEmitter, once } from 'node:events';
import { isDomain } from '../wire/jid.ts';
import type { Element } from '../wire/xml.ts';
import { Accounts } from './accounts.ts';
import { CLIENT_NAMESPACE, ClientStream } from './client-stream.ts';
import { COMPONENT_NAMESPACE, type ComponentHost, ComponentStream } from './component-stream.ts';
import { Port } from './port.ts';
import { Router } from './router.ts';

export interface TestbedOptions {
  /** The server's domain, in lower case. */
  readonly domain: string;
  /** Component domain → secret. */
  readonly components: Readonly<Record<string, string>>;
  /** Local part → password. */
  readonly users: Readonly<Record<string, string>>;
  /** Where both ports are bound. Default 127.0.0.1. There is no TLS: keep it on loopback. */
  readonly host?: string;
  /** Default 0: the system chooses. */
  readonly componentPort?: number;
  readonly clientPort?: number;
}

export interface TestbedEvents {
  /** A component's handshake is done. */
  'component-joined': [domain: string];
  /** A component that had joined is gone. */
  'component-left': [domain: string];
  /** A stanza on its way to its addressee, `from` stamped, without its stream's namespace. */
  stanza: [stanza: Element];
}

export class Testbed extends EventEmitter<TestbedEvents> {
  readonly domain: string;
  readonly host: string;
  readonly #secrets: ReadonlyMap<string, string>;
  readonly #refusals = new Map<string, string>();
  readonly #router: Router;
  readonly #components: Port;
  readonly #clients: Port;

  /** Starts a server. @throws the system's error when a port cannot be bound, Error for a name that is no domain or user */
  static async start(options: TestbedOptions): Promise<Testbed> {
    const testbed = new Testbed(options);
    await testbed.listen();
    return testbed;
  }

  private constructor(options: TestbedOptions) {
    super();
    const { domain, components, users, host = '127.0.0.1', componentPort = 0, clientPort = 0 } = options;
    for (const name of [domain, ...Object.keys(components)]) {
      if (!isDomain(name)) throw new Error(`testbed: expected a domain, not ${JSON.stringify(name)}`);
    }
    this.domain = domain;
    this.host = host;
    this.#secrets = new Map(Object.entries(components));
    const accounts = new Accounts(users);
    this.#router = new Router(domain, [...this.#secrets.keys()], accounts);
    this.#components = new Port(componentPort, COMPONENT_NAMESPACE, (stream) => {
      new ComponentStream(stream, this.#componentHost());
    });
    this.#clients = new Port(clientPort, CLIENT_NAMESPACE, (stream) => {
      new ClientStream(stream, {
        domain,
        accounts,
        bind: (jid, client) => this.#router.sessions.bind(jid, client),
        unbind: (jid, client) => this.#router.sessions.unbind(jid, client),
        route: (stanza) => this.route(stanza),
        announce: (presence, from) => this.#router.announce(presence, from),
      });
    });
  }

  get componentPort(): number {
    return this.#components.number;
  }

  get clientPort(): number {
    return this.#clients.number;
  }

  /** Opens both ports; after `stop()`, the same ones again. */
  async listen(): Promise<void> {
    try {
      await this.#components.open(this.host);
      await this.#clients.open(this.host);
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  /** Closes every stream with `system-shutdown`, and both ports. Idempotent. */
  async stop(): Promise<void> {
    await Promise.all([this.#clients.close('system-shutdown'), this.#components.close('system-shutdown')]);
  }

  /** Routes a stanza as if it had arrived; both addresses must be there. */
  route(stanza: Element): void {
    this.emit('stanza', stanza);
    this.#router.route(stanza);
  }

  /** Whether a component has joined. */
  isJoined(domain: string): boolean {
    return this.#router.component(domain) !== undefined;
  }

  /** Resolves when the component has joined, at once if it has. @throws AbortError when the signal is aborted */
  async untilJoined(domain: string, signal: AbortSignal): Promise<void> {
    while (!this.isJoined(domain)) await once(this, 'component-joined', { signal });
  }

  /** Cuts a component's connection without a word; false if it has none. */
  dropComponent(domain: string): boolean {
    const component = this.#router.component(domain);
    component?.drop();
    return component !== undefined;
  }

  /** Ends a component's stream in order, with a stream error if one is given; false if it has none. */
  closeComponent(domain: string, condition?: string): boolean {
    const component = this.#router.component(domain);
    component?.close(condition);
    return component !== undefined;
  }

  /** From now on, streams that a component opens get this stream error; undefined lets it in again. */
  refuseComponent(domain: string, condition: string | undefined): void {
    if (condition === undefined) this.#refusals.delete(domain);
    else this.#refusals.set(domain, condition);
  }

  #componentHost(): ComponentHost {
    return {
      secret: (domain) => this.#secrets.get(domain),
      refusal: (domain) => this.#refusals.get(domain),
      admit: (domain, stream) => this.#router.addComponent(domain, stream),
      joined: (domain) => this.emit('component-joined', domain),
      left: (domain, stream) => {
        if (this.#router.removeComponent(domain, stream)) this.emit('component-left', domain);
      },
      route: (stanza) => this.route(stanza),
    };
  }
}
