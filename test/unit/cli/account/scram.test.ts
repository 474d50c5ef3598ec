// Logins with SCRAM-SHA-1 by @xmpp/client, with a password that OpenSSL has salted.

import { client } from '@xmpp/client';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { hastenScram } from '../../../../src/cli/account/scram.ts';
import { Accounts } from '../../../../src/testbed/accounts.ts';
import { ScramExchange } from '../../../../src/testbed/sasl.ts';

const accounts = new Accounts({ alice: 'wonderland', zoë: 'pässword' });

/** What the server says in the end. */
async function logIn(username: string, password: string) {
  const entity = client({ service: 'xmpp://127.0.0.1', domain: 'localhost', username, password });
  hastenScram(entity);
  const exchange = entity.saslFactory.create(['SCRAM-SHA-1']);
  const server = new ScramExchange(accounts);
  const first = server.step(await exchange.response({ username, password }));
  if (first.state !== 'challenge') return first;
  exchange.challenge(first.data);
  return server.step(await exchange.response({ username, password }));
}

describe('SCRAM-SHA-1', () => {
  it.each([
    ['alice', 'wonderland', 'success'],
    ['zoë', 'pässword', 'success'],
    ['alice', 'looking-glass', 'failure'],
    ['alice', '', 'failure'],
  ])('%s with the password %j: %s', async (username, password, state) => {
    expect(await logIn(username, password)).toMatchObject({ state });
  });

  it('refuses a number of rounds that would keep the process from its end', async () => {
    const entity = client({ service: 'xmpp://127.0.0.1', domain: 'localhost' });
    hastenScram(entity);
    const exchange = entity.saslFactory.create(['SCRAM-SHA-1']);
    const credentials = { username: 'alice', password: 'wonderland' };
    const nonce = /r=(.*)$/.exec(await exchange.response(credentials))?.[1];
    exchange.challenge(`r=${nonce}server,s=QSXCR+Q6sek8bf92,i=2000000000`);
    await expect(exchange.response(credentials)).rejects.toThrow('2000000000 rounds');
  });

  it('does not call Web Crypto for each of the rounds', async () => {
    const sign = vi.spyOn(crypto.subtle, 'sign');
    onTestFinished(() => sign.mockRestore());
    await logIn('alice', 'wonderland');
    expect(sign.mock.calls.length).toBeLessThan(10);
  });
});
