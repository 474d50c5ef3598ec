// Hosts in the one spelling that clients are told.

import { describe, expect, it } from 'vitest';
import { formatAddress, parseHost } from '../../../src/config/host.ts';

describe('a host', () => {
  it.each([
    ['2001:DB8:0::1', '2001:db8::1'],
    ['[2001:db8::1]', '2001:db8::1'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['203.0.113.7', '203.0.113.7'],
    ['proxy.example.org', 'proxy.example.org'],
    ['my_service', 'my_service'],
    ['bücher.example', 'xn--bcher-kva.example'],
  ])('%s is told as %s [S5B-P-13]', (given, told) => {
    expect(parseHost(given)?.text).toBe(told);
  });

  it.each([
    '',
    ' ',
    'a b',
    '127.1',
    '10.0.0.300',
    '[203.0.113.7]',
    ':::',
    '1.2.3.4:80',
    'a..b',
    '-a.b',
    '0x7f.1',
    '*',
  ])('cannot be %j', (text) => {
    expect(parseHost(text)).toBeUndefined();
  });

  it.each([
    ['203.0.113.7', 'public'],
    ['2a01:db8::1', 'public'],
    ['proxy.example.org', 'public'],
    ['10.1.2.3', 'private'],
    ['100.64.0.1', 'private'],
    ['fd00::1', 'private'],
    ['169.254.3.4', 'link-local'],
    ['fe80::1%eth0', 'link-local'],
    ['127.0.0.9', 'loopback'],
    ['::1', 'loopback'],
    ['localhost', 'loopback'],
    ['0.0.0.0', 'unspecified'],
    ['::', 'unspecified'],
    ['224.0.0.1', 'no-host'],
    ['255.255.255.255', 'no-host'],
  ])('%s is %s', (text, reach) => {
    expect(parseHost(text)?.reach).toBe(reach);
  });

  it('is written with its port so that both can be told apart', () => {
    expect(formatAddress('::1', 7777)).toBe('[::1]:7777');
    expect(formatAddress('127.0.0.1', 7777)).toBe('127.0.0.1:7777');
  });
});
