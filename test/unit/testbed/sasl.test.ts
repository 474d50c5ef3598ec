import { describe, expect, it, vi } from 'vitest';
import { Accounts, deriveCredentials } from '../../../src/testbed/accounts.ts';
import { MECHANISMS, ScramExchange } from '../../../src/testbed/sasl.ts';

const accounts = new Accounts({ alice: 'wonderland', 'o,=': 'pw' });

function plain(message: string) {
  const exchange = MECHANISMS.get('PLAIN')?.(accounts);
  return exchange?.step(message);
}

describe('SASL on the client port', () => {
  it('prefers SCRAM-SHA-1, which clients accept without TLS', () => {
    expect([...MECHANISMS.keys()]).toEqual(['SCRAM-SHA-1', 'PLAIN']);
  });

  it('[RFC 5802 §5] walks through the published SCRAM-SHA-1 exchange', () => {
    const pencil = new Accounts({ user: 'pencil' });
    const kept = deriveCredentials('pencil', Buffer.from('QSXCR+Q6sek8bf92', 'base64'));
    vi.spyOn(pencil, 'credentials').mockReturnValue(kept);
    const exchange = new ScramExchange(pencil, '3rfcNHYJY1ZVvWVs7j');
    expect(exchange.step('n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL')).toEqual({
      state: 'challenge',
      data: 'r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096',
    });
    expect(
      exchange.step('c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts='),
    ).toEqual({ state: 'success', username: 'user', data: 'v=rmF9pqV8S7suAoZWja4dJRkFsKQ=' });
  });

  it('refuses a wrong proof, another nonce, an unknown user and what is no SCRAM message', () => {
    const refused = { state: 'failure', condition: 'not-authorized' };
    const malformed = { state: 'failure', condition: 'malformed-request' };
    const begin = () => {
      const exchange = new ScramExchange(accounts, 'server');
      exchange.step('n,,n=alice,r=client');
      return exchange;
    };
    expect(begin().step('c=biws,r=clientserver,p=AAAA')).toEqual(refused);
    expect(begin().step('c=biws,r=other,p=AAAA')).toEqual(refused);
    expect(begin().step('nonsense')).toEqual(malformed);
    expect(new ScramExchange(accounts).step('n,,n=mallory,r=x')).toEqual(refused);
    expect(new ScramExchange(accounts).step('p=tls-unique,,n=alice,r=x')).toEqual(malformed);
  });

  it('reads a user name with escaped commas and equals signs', () => {
    expect(new ScramExchange(accounts).step('n,,n=o=2C=3D,r=x')).toMatchObject({ state: 'challenge' });
  });

  it.each([
    ['the right password', '\0alice\0wonderland', { state: 'success', username: 'alice' }],
    ['its own authzid', 'alice@x.test\0alice\0wonderland', { state: 'success', username: 'alice' }],
    ['a wrong password', '\0alice\0looking-glass', { state: 'failure', condition: 'not-authorized' }],
    ['an unknown user', '\0mallory\0wonderland', { state: 'failure', condition: 'not-authorized' }],
    ["someone else's authzid", 'bob\0alice\0wonderland', { state: 'failure', condition: 'invalid-authzid' }],
    ['no password', '\0alice\0', { state: 'failure', condition: 'malformed-request' }],
    ['too many parts', '\0alice\0a\0b', { state: 'failure', condition: 'malformed-request' }],
  ])('[RFC 4616] answers PLAIN with %s', (_what, message, outcome) => {
    expect(plain(message)).toEqual(outcome);
  });
});
