// The part of @xmpp/client 0.14 that the demo and the tests use; the package has no declarations of its own.

declare module '@xmpp/client' {
  import type { EventEmitter } from 'node:events';
  import type { Element } from '@xmpp/xml';

  export interface ClientOptions {
    /** Such as `xmpp://127.0.0.1:5222`. */
    readonly service: string;
    readonly domain: string;
    readonly username?: string;
    readonly password?: string;
    readonly resource?: string;
    /** For opening and closing streams, in milliseconds; default 2000. */
    readonly timeout?: number;
  }

  export interface ClientEvents {
    online: [jid: { toString(): string }];
    /** Every child of the stream's root, before anything else sees it. */
    element: [element: Element];
    stanza: [stanza: Element];
    error: [error: Error];
    connecting: [];
    disconnect: [];
    offline: [];
  }

  /** The answer to a get or a set: its payload, or undefined; a stanza error is a rejection. */
  export interface IqCaller {
    request(stanza: Element, timeoutMs?: number): Promise<Element>;
    get(payload: Element, to?: string, timeoutMs?: number): Promise<Element | undefined>;
    set(payload: Element, to?: string, timeoutMs?: number): Promise<Element | undefined>;
  }

  /** A handler gives the result's payload, or a stanza's `<error/>`. */
  export interface IqContext {
    readonly stanza: Element;
    readonly element: Element;
  }
  export type IqHandler = (context: IqContext) => Promise<Element | object> | Element | object;

  export interface IqCallee {
    get(namespace: string, name: string, handler: IqHandler): void;
    set(namespace: string, name: string, handler: IqHandler): void;
  }

  /** A kind of connection; of its constructor the client uses the prototype only. */
  export interface Transport {
    readonly prototype: object & { socketParameters(service: string): object | undefined };
  }

  /** One exchange of a SASL mechanism: the client's messages in answer to the server's. */
  export interface SaslExchange {
    /** Of SCRAM: `challenge` when the server's salt and rounds are known. */
    readonly _stage?: string;
    readonly _salt?: Uint8Array;
    readonly _iterationCount?: number;
    challenge(message: string): unknown;
    response(credentials: object): string | Promise<string>;
  }
  export type Mechanism = new () => SaslExchange;

  export interface Client extends EventEmitter<ClientEvents> {
    /** For opening and closing streams, in milliseconds. */
    timeout: number;
    readonly saslFactory: {
      /** The preferred first. */
      readonly _mechs: { readonly name: string; mech: Mechanism }[];
      /** @param names in no order */
      create(names: readonly string[]): SaslExchange;
    };
    /** Of these the first that has parameters for the service is used. */
    transports: Transport[];
    /** Undefined or null between two streams. */
    readonly parser?: { write(text: string): void } | null;
    /** Given what the socket's 'data' brings. */
    _onData(data: Buffer | string): void;
    readonly iqCaller: IqCaller;
    readonly iqCallee: IqCallee;
    readonly reconnect: { delay: number; stop(): void };
    /** The bound JID; null before. */
    readonly jid: { toString(): string } | null;
    /** `online` when stanzas can be sent. */
    readonly status: string;
    readonly middleware: {
      use(
        middleware: (context: { readonly stanza: Element }, next: () => Promise<unknown>) => unknown,
      ): unknown;
    };
    readonly mechanisms: unknown;
    start(): Promise<{ toString(): string }>;
    stop(): Promise<unknown>;
    send(stanza: Element): Promise<void>;
  }

  export function client(options: ClientOptions): Client;
}
