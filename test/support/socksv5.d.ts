// The part of socksv5 0.0.6 that the tests use; the package has no declarations.

declare module 'socksv5' {
  import type { EventEmitter } from 'node:events';

  interface Authentication {
    readonly METHOD: number;
  }

  interface ClientOptions {
    readonly proxyPort: number;
    readonly localDNS: boolean;
    readonly auths: readonly Authentication[];
  }

  /** Emits `connect` with the socket, in which the next byte is the stream's. */
  class Client extends EventEmitter {
    constructor(options: ClientOptions);
    connect(destination: { readonly host: string; readonly port: number; readonly proxyHost: string }): this;
  }

  const socksv5: { readonly auth: { None(): Authentication }; readonly Client: typeof Client };
  export default socksv5;
}
