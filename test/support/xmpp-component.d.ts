// The part of @xmpp/component 0.13 that the tests use; the package has no declarations.

declare module '@xmpp/component' {
  import type { EventEmitter } from 'node:events';

  interface Options {
    readonly service: string;
    readonly domain: string;
    readonly password: string;
  }

  interface XmppComponent extends EventEmitter {
    readonly reconnect: { stop(): void };
    start(): Promise<unknown>;
    stop(): Promise<unknown>;
  }

  export function component(options: Options): XmppComponent;
}
