// The server side of the two SASL mechanisms that clients use on a connection without TLS. [RFC 6120 §6]
//
// @xmpp/client takes SCRAM-SHA-1 there and refuses to send PLAIN; other clients can be told to.

import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { type Accounts, type Credentials, hmacSha1 } from './accounts.ts';

/** What comes of a client's message. */
export type SaslStep =
  | { readonly state: 'challenge'; readonly data: string }
  | { readonly state: 'success'; readonly username: string; readonly data?: string }
  | { readonly state: 'failure'; readonly condition: SaslCondition };

/** [RFC 6120 §6.5] */
export type SaslCondition =
  | 'aborted'
  | 'invalid-authzid'
  | 'invalid-mechanism'
  | 'malformed-request'
  | 'not-authorized';

/** One attempt to log in: fed with the client's messages, decoded, one by one. */
export interface SaslExchange {
  step(message: string): SaslStep;
}

const MALFORMED: SaslStep = { state: 'failure', condition: 'malformed-request' };
const NOT_AUTHORIZED: SaslStep = { state: 'failure', condition: 'not-authorized' };

/** What is offered, the preferred one first. */
export const MECHANISMS: ReadonlyMap<string, (accounts: Accounts) => SaslExchange> = new Map([
  ['SCRAM-SHA-1', (accounts: Accounts): SaslExchange => new ScramExchange(accounts)],
  ['PLAIN', (accounts: Accounts): SaslExchange => ({ step: (message) => plain(accounts, message) })],
]);

/** authzid NUL authcid NUL password. [RFC 4616 §2] */
function plain(accounts: Accounts, message: string): SaslStep {
  const [authzid, username, password, ...surplus] = message.split('\0');
  if (authzid === undefined || !username || !password || surplus.length > 0) return MALFORMED;
  if (authzid !== '' && authzid !== username && !authzid.startsWith(`${username}@`))
    return { state: 'failure', condition: 'invalid-authzid' };
  return accounts.verify(username, password) ? { state: 'success', username } : NOT_AUTHORIZED;
}

/** SCRAM-SHA-1 without channel binding: two messages of the client, a challenge and a signature of ours. [RFC 5802 §5] */
export class ScramExchange implements SaslExchange {
  readonly #accounts: Accounts;
  readonly #serverNonce: string;
  #proposal: { username: string; kept: Credentials; bare: string; first: string; nonce: string } | undefined;

  constructor(accounts: Accounts, serverNonce = randomBytes(18).toString('base64')) {
    this.#accounts = accounts;
    this.#serverNonce = serverNonce;
  }

  step(message: string): SaslStep {
    return this.#proposal === undefined ? this.#first(message) : this.#final(message);
  }

  #first(message: string): SaslStep {
    const [, name, clientNonce] = /^[ny],(?:a=[^,]*)?,n=([^,]+),r=([^,]+)/.exec(message) ?? [];
    if (name === undefined || clientNonce === undefined) return MALFORMED;
    const username = name.replace(/=2C/g, ',').replace(/=3D/g, '=');
    const kept = this.#accounts.credentials(username);
    if (kept === undefined) return NOT_AUTHORIZED;
    const nonce = clientNonce + this.#serverNonce;
    const first = `r=${nonce},s=${kept.salt.toString('base64')},i=${kept.iterations}`;
    const bare = message.slice(message.indexOf(',n=') + 1);
    this.#proposal = { username, kept, bare, first, nonce };
    return { state: 'challenge', data: first };
  }

  #final(message: string): SaslStep {
    const proposal = this.#proposal;
    const [, withoutProof, nonce, proof] = /^(c=[^,]+,r=([^,]+)),p=([^,]+)$/.exec(message) ?? [];
    if (proposal === undefined || withoutProof === undefined || proof === undefined) return MALFORMED;
    const { username, kept, bare, first } = proposal;
    const signed = `${bare},${first},${withoutProof}`;
    const clientKey = xor(Buffer.from(proof, 'base64'), hmacSha1(kept.storedKey, signed));
    const storedKey = createHash('sha1').update(clientKey).digest();
    if (nonce !== proposal.nonce || !timingSafeEqual(storedKey, kept.storedKey)) return NOT_AUTHORIZED;
    return { state: 'success', username, data: `v=${hmacSha1(kept.serverKey, signed).toString('base64')}` };
  }
}

function xor(left: Buffer, right: Buffer): Buffer {
  return Buffer.from(right.map((byte, index) => byte ^ (left[index] ?? 0)));
}
