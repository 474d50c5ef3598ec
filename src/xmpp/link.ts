// The XMPP side of the daemon in one call: what the component speaks, and the link over which it speaks.

import { release, type } from 'node:os';
import { parentDomain } from '../policy/access.ts';
import type { Clock, Observer } from '../rendezvous/ports.ts';
import type { ProxyDependencies } from './handlers/bytestreams.ts';
import { Keeper, type XmppSettings } from './keeper.ts';
import type { Listing } from './listing.ts';
import { Router } from './router.ts';
import { createServices, type IdentityOptions } from './services.ts';

export interface XmppOptions {
  /** The keys of `xmpp` in the configuration. */
  readonly config: XmppSettings;
  readonly observer: Observer;
  readonly clock: Clock;
  readonly proxy: ProxyDependencies;
  readonly identity: Omit<IdentityOptions, 'software'> & {
    readonly software: { readonly name: string; readonly version: string; readonly showOs: boolean };
  };
  /** From 0 up to, but not including, 1; default Math.random. Spreads the attempts to reconnect. */
  readonly random?: () => number;
}

export interface XmppLink {
  /** Joined to the server at this moment. */
  readonly online: boolean;
  /** Resolves with the reason when the server refuses us and `onRefusal` is `exit`; else never. */
  readonly fatal: Promise<string>;
  /** Asks the parent domain whether it lists the component among its services. Never rejects. */
  listing(): Promise<Listing>;
  /** Resolves when the server refuses us and no further attempt is made. */
  readonly yielded: Promise<void>;
  /** From now on the component's name may go to another process: it is not fought for. [COMP-09] */
  retire(): void;
  /** Leaves the server: closing tag, then the connection; bounded. Idempotent. */
  stop(): Promise<void>;
}

/** Begins to join the server, whether or not it is up, and answers its stanzas. */
export function startXmpp({ config, observer, clock, proxy, identity, random }: XmppOptions): XmppLink {
  const { name, version, showOs } = identity.software;
  const software = { name, version, ...(showOs && { os: `${type()} ${release()}` }) }; // [ENT-18]
  const services = createServices(proxy, { ...identity, software });
  const router = new Router({ domain: config.domain, services, observer });
  const keeper = new Keeper({
    settings: config,
    parentDomain: parentDomain(config.domain),
    clock,
    observer,
    ...(random && { random }),
    route: (stanza) => router.route(stanza),
  });
  keeper.start();
  return keeper;
}
