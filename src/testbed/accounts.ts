// The testbed's accounts: names and what a server keeps of a password for SCRAM-SHA-1. [RFC 5802 §3]

import { createHash, createHmac, pbkdf2Sync, randomBytes, timingSafeEqual } from 'node:crypto';
import { normaliseJid, parseJid } from '../wire/jid.ts';

const ITERATIONS = 4096; // the least that RFC 5802 §5.1 allows; the accounts live as long as a test

/** What the server keeps of a password. */
export interface Credentials {
  readonly salt: Buffer;
  readonly iterations: number;
  readonly storedKey: Buffer;
  readonly serverKey: Buffer;
}

/** Derives credentials; the password is used as UTF-8, SASLprep is left to whoever made the account. */
export function deriveCredentials(password: string, salt: Buffer = randomBytes(16)): Credentials {
  const salted = pbkdf2Sync(password, salt, ITERATIONS, 20, 'sha1');
  const storedKey = createHash('sha1').update(hmacSha1(salted, 'Client Key')).digest();
  return { salt, iterations: ITERATIONS, storedKey, serverKey: hmacSha1(salted, 'Server Key') };
}

export function hmacSha1(key: Buffer, text: string): Buffer {
  return createHmac('sha1', key).update(text).digest();
}

/** The accounts of one server, by local part. */
export class Accounts {
  readonly #credentials = new Map<string, Credentials>();

  /** @param passwords local part → password. @throws Error for a name that no server would keep as it is */
  constructor(passwords: Readonly<Record<string, string>>) {
    for (const [name, password] of Object.entries(passwords)) {
      const jid = parseJid(`${name}@localhost`);
      if (jid === undefined || normaliseJid(jid).local !== name)
        throw new Error(`testbed: expected a normalised user name, not ${JSON.stringify(name)}`);
      this.#credentials.set(name, deriveCredentials(password));
    }
  }

  has(name: string): boolean {
    return this.#credentials.has(name);
  }

  credentials(name: string): Credentials | undefined {
    return this.#credentials.get(name);
  }

  /** Whether the password is the account's. */
  verify(name: string, password: string): boolean {
    const kept = this.#credentials.get(name);
    if (kept === undefined) return false;
    return timingSafeEqual(deriveCredentials(password, kept.salt).storedKey, kept.storedKey);
  }
}
