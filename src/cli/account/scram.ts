// SCRAM-SHA-1 for @xmpp/client, at OpenSSL's pace. [RFC 5802 §3]
//
// COMPAT sasl-scram-sha-1 1.4: it salts a password with one call of Web Crypto for each of the server's rounds, of which
// Prosody wants 10 000: a second of CPU time at every login. What has been salted already it takes as it is.

import { pbkdf2 } from 'node:crypto';
import { promisify } from 'node:util';
import type { Client, Mechanism } from '@xmpp/client';

const salt = promisify(pbkdf2);
const NAME = 'SCRAM-SHA-1';
const HASH = 'sha1';
const HASH_BYTES = 20;
/** A few seconds of CPU time. Nothing stops OpenSSL once it has begun: the process could not even end. */
const MAX_ROUNDS = 10_000_000;

/** Makes the logins of this client quick. They fail where the server wants more rounds than anybody needs. */
export function hastenScram({ saslFactory }: Pick<Client, 'saslFactory'>): void {
  for (const entry of saslFactory._mechs) if (entry.name === NAME) entry.mech = hastened(entry.mech);
}

function hastened(Slow: Mechanism): Mechanism {
  return class extends Slow {
    override async response(credentials: object & { readonly password?: string | null }): Promise<string> {
      const { _salt, _iterationCount, _stage } = this;
      const rounds = Number(_iterationCount);
      if (_stage !== 'challenge' || _salt === undefined || !(rounds > 0)) return super.response(credentials);
      if (rounds > MAX_ROUNDS)
        throw new Error(`the server wants the password salted in ${rounds} rounds: ${MAX_ROUNDS} at most`);
      const password = credentials.password ?? '';
      const saltedPassword = await salt(password, _salt, rounds, HASH_BYTES, HASH);
      return super.response({ ...credentials, salt: _salt, saltedPassword });
    }
  };
}
