// The part of @xmpp/component-core 0.13 that component.ts uses; the package has no declarations of its own.

declare module '@xmpp/component-core' {
  import type { EventEmitter } from 'node:events';
  import type { Socket } from 'node:net';
  import type { Element } from 'ltx';

  interface Parser extends EventEmitter {
    write(chunk: Buffer | string): void;
  }

  /** Events: `online`, `open` (the header), `stanza`, `close` (the closing tag), `disconnect`, `error`. */
  export class Component extends EventEmitter {
    constructor(options: { readonly service: string; readonly domain: string });

    readonly options: { readonly service: string; readonly domain: string };
    /** How long the library waits for the other side, in milliseconds; 0 is for ever. */
    timeout: number;
    status: string;
    socket: Socket | null;
    parser: Parser | null;
    /** Made anew for every stream. */
    readonly Parser: new () => Parser;

    /** Opens the TCP connection. Rejects with the socket's error. */
    connect(service: string): Promise<unknown>;
    /** Sends the header; resolves with the server's. */
    open(options: { readonly domain: string; readonly timeout: number }): Promise<Element>;
    authenticate(id: string, secret: string): Promise<void>;
    /** Rejects while the stream is closing or gone. */
    send(element: Element): Promise<void>;
    /** The same with what an element was written as. */
    write(text: string): Promise<void>;
    /** Sends the closing tag, waits for the server's, ends the connection. Never rejects. */
    stop(): Promise<unknown>;

    headerElement(): Element;
    footer(): string;
    socketParameters(service: string): { readonly host: string; readonly port: number };
    isStanza(element: Element): boolean;

    _attachSocket(socket: Socket): void;
    _detachParser(): void;
    _onData(data: Buffer): void;
    _onElement(element: Element): void;
    _onParserError(error: Error): void;
    _jid(jid: string): unknown;
    _status(status: string, ...details: unknown[]): void;
  }
}
