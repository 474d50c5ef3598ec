// The users of docker/secrets/accounts.example on this machine, and bytestreams between them as their clients set
// them up. [XEP-0065 §6.3]

import { randomBytes } from 'node:crypto';
import { ProxiedStream } from '../support/interop/proxied-stream.ts';
import { type Streamhost, XmppUser } from '../support/interop/xmpp-user.ts';

/** Of the accounts in docker/secrets/accounts.example. */
export const PASSWORD = 'for-trying-out-only';
const CHUNK = 8 * 1024 * 1024;

/** Romeo and Juliet, logged in at a published port. */
export class Couple {
  readonly romeo: XmppUser;
  readonly juliet: XmppUser;
  readonly #proxy: string;

  static async logIn(domain: string, c2sPort: number): Promise<Couple> {
    const server = { domain, c2sPort };
    const romeo = await XmppUser.login(server, 'romeo', PASSWORD);
    return new Couple(romeo, await XmppUser.login(server, 'juliet', PASSWORD), `proxy.${domain}`);
  }

  private constructor(romeo: XmppUser, juliet: XmppUser, proxy: string) {
    this.romeo = romeo;
    this.juliet = juliet;
    this.#proxy = proxy;
  }

  /** What the proxy tells Romeo. */
  async streamhosts(): Promise<Streamhost[]> {
    return this.romeo.streamhostsOf(this.#proxy);
  }

  /** An activated stream from Romeo to Juliet. */
  openStream(): Promise<ProxiedStream> {
    return ProxiedStream.open(this.romeo, this.juliet, this.#proxy);
  }

  /** A server that has gone does not say goodbye; that is no failure here. */
  async logOut(): Promise<void> {
    await Promise.allSettled([this.romeo.stop(), this.juliet.stop()]);
  }
}

/** Moves so many random bytes; the sums of what went in and of what came out. */
export async function moveFile(
  domain: string,
  c2sPort: number,
  size: number,
): Promise<{ streamhosts: Streamhost[]; sent: string; received: string }> {
  const couple = await Couple.logIn(domain, c2sPort);
  try {
    const streamhosts = await couple.streamhosts();
    const stream = await couple.openStream();
    for (let left = size; left > 0; left -= CHUNK) await stream.pass(randomBytes(Math.min(CHUNK, left)));
    return { streamhosts, ...(await stream.finish()) };
  } finally {
    await couple.logOut();
  }
}
