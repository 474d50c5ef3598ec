// What clients are told, from the configuration or from the machine's addresses.

import type { NetworkInterfaceInfo } from 'node:os';
import { describe, expect, it } from 'vitest';
import { advertise } from '../../../src/config/advertise.ts';

const ALL = [{ host: '::', port: 7777 }];

/** Interfaces with these addresses. */
function machine(...addresses: string[]) {
  const infos = addresses.map((address): NetworkInterfaceInfo => {
    const common = { address, netmask: '', mac: '00:00:00:00:00:00', internal: false, cidr: null };
    return address.includes(':') ? { ...common, family: 'IPv6', scopeid: 0 } : { ...common, family: 'IPv4' };
  });
  return { eth0: infos };
}

function told(...addresses: string[]): string[] {
  return advertise({}, ALL, machine(...addresses)).streamhosts.map(({ host }) => host);
}

describe('configured streamhosts', () => {
  it('are told as they are, in their order [S5B-P-19]', () => {
    const streamhosts = [
      { host: '203.0.113.7', port: 7777 },
      { host: 'proxy.example.org', port: 443 },
    ];
    expect(advertise({ streamhosts }, ALL, machine('10.0.0.1'))).toEqual({ streamhosts, warnings: [] });
  });

  it('have their IPv6 addresses in RFC 5952 form, without brackets or zone [S5B-P-13]', () => {
    const streamhosts = ['2001:DB8:0::1', '[2001:db8::2]', 'fe80::3%eth0'].map((host) => ({ host, port: 1 }));
    const { streamhosts: result } = advertise({ streamhosts }, ALL, {});
    expect(result.map(({ host }) => host)).toEqual(['2001:db8::1', '2001:db8::2', 'fe80::3']);
  });

  it.each([
    ['127.0.0.1', 'which only works on this machine'],
    ['localhost', 'which only works on this machine'],
    ['169.254.0.1', 'a link-local address'],
    ['10.0.0.1', 'a private address'],
    ['fd00::1', 'a private address'],
    ['0.0.0.0', 'no address that anyone can connect to'],
    ['224.0.0.1', 'a multicast or broadcast address'],
  ])('are told with a warning that names the key when one is %s', (host, why) => {
    const { streamhosts, warnings } = advertise({ streamhosts: [{ host, port: 7777 }] }, ALL, {});
    expect(streamhosts).toEqual([{ host, port: 7777 }]);
    expect(warnings).toEqual([expect.stringContaining(why)]);
    expect(warnings[0]).toContain('set streamhosts');
  });
});

describe('without configured streamhosts', () => {
  it('exactly one entry is told, with the port that the first listener has [S5B-P-12] [S5B-P-19]', () => {
    const bound = [
      { host: '::', port: 40_001 },
      { host: '::', port: 40_002 },
    ];
    expect(advertise({}, bound, machine('203.0.113.7', '203.0.113.8'))).toEqual({
      streamhosts: [{ host: '203.0.113.7', port: 40_001 }],
      warnings: [],
    });
  });

  it('an IPv4 address goes before an IPv6 one, a public before a private before a loopback one', () => {
    expect(told('127.0.0.1', '::1', 'fe80::1', '2a01::1', '10.0.0.1', '203.0.113.7')).toEqual([
      '203.0.113.7',
    ]);
    expect(told('127.0.0.1', '::1', 'fe80::1', '2a01::1', '10.0.0.1')).toEqual(['10.0.0.1']);
    expect(told('127.0.0.1', '::1', 'fe80::1', 'fd00::1', '2A01:0::1')).toEqual(['2a01::1']);
    expect(told('127.0.0.1', '::1', 'fe80::1', 'fd00::1')).toEqual(['fd00::1']);
    expect(told('127.0.0.1', '::1', 'fe80::1%eth0')).toEqual(['fe80::1']);
    expect(told('::1', '127.0.0.1')).toEqual(['127.0.0.1']);
    expect(told('::1')).toEqual(['::1']);
  });

  it('a listener on all IPv4 addresses is not told as IPv6', () => {
    const bound = [{ host: '0.0.0.0', port: 1 }];
    const { streamhosts } = advertise({}, bound, machine('2a01::1', '127.0.0.1'));
    expect(streamhosts).toEqual([{ host: '127.0.0.1', port: 1 }]);
  });

  it('a listener on one address is told with this address', () => {
    const bound = [{ host: '2001:DB8::9', port: 7 }];
    expect(advertise({}, bound, machine('203.0.113.7')).streamhosts).toEqual([
      { host: '2001:db8::9', port: 7 },
    ]);
  });

  it('a private address is told with a warning', () => {
    expect(advertise({}, ALL, machine('192.168.1.2')).warnings).toEqual([
      'Clients are told 192.168.1.2:7777, a private address that only works inside its own network; ' +
        'set streamhosts to an address that your users can reach.',
    ]);
  });

  it('a machine without an address tells nothing, and says so [S5B-P-18]', () => {
    const nothing = {
      streamhosts: [],
      warnings: ['This machine has no address to tell clients: set streamhosts.'],
    };
    expect(advertise({}, ALL, {})).toEqual(nothing);
    expect(advertise({}, [], machine('203.0.113.7'))).toEqual(nothing);
  });
});
