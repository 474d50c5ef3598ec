// Where a user's server is: services as they are written, and which addresses are this machine.

import { expect, it } from 'vitest';
import { findEndpoints, isLoopback, parseService } from '../../../../src/cli/account/endpoints.ts';

it.each([
  ['xmpp://127.0.0.1:15222', { host: '127.0.0.1', port: 15_222, isDirectTls: false }],
  ['xmpp://example.org', { host: 'example.org', port: 5222, isDirectTls: false }],
  ['xmpps://example.org', { host: 'example.org', port: 5223, isDirectTls: true }],
  ['xmpp://[::1]:5269', { host: '::1', port: 5269, isDirectTls: false }],
])('the service %s is read', (text, endpoint) => {
  expect(parseService(text)).toEqual(endpoint);
});

it.each(['example.org', 'http://example.org', 'xmpp://', 'xmpp://host:port', ''])(
  'the service %j is refused',
  (text) => {
    expect(parseService(text)).toBeUndefined();
  },
);

it('a domain without records is asked itself', async () => {
  expect(await findEndpoints('nowhere.invalid')).toEqual([
    { host: 'nowhere.invalid', port: 5222, isDirectTls: false },
  ]);
});

it.each([
  ['127.0.0.1', true],
  ['127.9.9.9', true],
  ['::1', true],
  ['::ffff:127.0.0.1', true],
  ['192.0.2.1', false],
  ['2001:db8::1', false],
  ['localhost', false],
])('whether %s is this machine: %s', (address, isOurs) => {
  expect(isLoopback(address)).toBe(isOurs);
});
