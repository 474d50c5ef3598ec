// What the library needs of an XMPP connection: the shape of an @xmpp/client or @xmpp/component, no more.

import type { Element } from '../wire/xml.ts';

/** What a stanza meets on its way in; `next` is whoever comes after. */
export type Middleware = (context: { readonly stanza: Element }, next: () => Promise<unknown>) => unknown;

/** An @xmpp/client 0.13 or later, or an @xmpp/component 0.13, that its owner starts and stops. */
export interface XmppEntity {
  /** The bound JID; a component's domain. */
  readonly jid: { toString(): string } | null | undefined;
  /** `online` when stanzas can be sent. */
  readonly status: string;
  readonly middleware: { use(middleware: Middleware): unknown };
  on(event: 'stanza', listener: (stanza: Element) => void): unknown;
  on(event: 'disconnect' | 'offline', listener: () => void): unknown;
  removeListener(event: 'stanza', listener: (stanza: Element) => void): unknown;
  removeListener(event: 'disconnect' | 'offline', listener: () => void): unknown;
  send(stanza: Element): Promise<unknown>;
}
