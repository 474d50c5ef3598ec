// Who is bound: full JID → the stream that serves it, and which of them are available. [RFC 6120 §7] [RFC 6121 §4]

import { bareJid, formatJid, type Jid, normaliseJid } from '../wire/jid.ts';
import type { Element } from '../wire/xml.ts';

/** Something that stanzas can be delivered to: a client's stream or a component's. */
export interface Recipient {
  deliver(stanza: Element): void;
  /** Ends the stream in order, with a stream error if one is given. Idempotent. */
  close(condition?: string): void;
  /** Cuts the connection. */
  drop(): void;
}

interface Session {
  readonly jid: Jid;
  readonly recipient: Recipient;
  available: boolean;
}

/** The bound resources of all accounts. */
export class Sessions {
  readonly #byFullJid = new Map<string, Session>();

  /** Binds a full JID. Whoever held it before is closed with `conflict`. [RFC 6120 §7.7.2.2] */
  bind(jid: Jid, recipient: Recipient): void {
    const address = key(jid);
    const former = this.#byFullJid.get(address);
    this.#byFullJid.set(address, { jid, recipient, available: false });
    former?.recipient.close('conflict');
  }

  /** Unbinds a full JID, if the recipient still holds it. */
  unbind(jid: Jid, recipient: Recipient): void {
    if (this.find(jid) === recipient) this.#byFullJid.delete(key(jid));
  }

  setAvailable(jid: Jid, available: boolean): void {
    const session = this.#byFullJid.get(key(jid));
    if (session !== undefined) session.available = available;
  }

  /** The stream that serves a full JID. */
  find(jid: Jid): Recipient | undefined {
    return this.#byFullJid.get(key(jid))?.recipient;
  }

  /** The available resources of an account. */
  available(jid: Jid): Recipient[] {
    const bare = bareJid(normaliseJid(jid));
    return [...this.#byFullJid.values()]
      .filter((session) => session.available && bareJid(normaliseJid(session.jid)) === bare)
      .map(({ recipient }) => recipient);
  }
}

function key(jid: Jid): string {
  return formatJid(normaliseJid(jid));
}
