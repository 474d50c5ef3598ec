// Networks, and whom a source address stands for.

import { describe, expect, it } from 'vitest';
import { Networks, parseNetwork } from '../../../src/policy/networks.ts';
import { addressBlock } from '../../../src/policy/source-address.ts';

describe('a list of networks', () => {
  const networks = new Networks(['10.0.0.0/8', '192.0.2.7', '2001:db8::/32', '::ffff:198.51.100.0/120']);

  it.each([
    ['10.255.0.1', '10.0.0.0/8'],
    ['::ffff:10.0.0.1', '10.0.0.0/8'],
    ['11.0.0.1', undefined],
    ['192.0.2.7', '192.0.2.7'],
    ['192.0.2.8', undefined],
    ['2001:db8:ffff::1', '2001:db8::/32'],
    ['2001:db9::1', undefined],
    ['198.51.100.200', '::ffff:198.51.100.0/120'],
    ['unknown', undefined],
    ['fe80::1%eth0', undefined],
  ])('finds for %s: %s', (address, network) => {
    expect(networks.find(address)).toBe(network);
  });

  it('may be that of everything, a family each', () => {
    expect(new Networks(['0.0.0.0/0']).find('203.0.113.9')).toBe('0.0.0.0/0');
    expect(new Networks(['0.0.0.0/0']).find('2001:db8::1')).toBeUndefined();
    expect(new Networks(['::/0']).find('2001:db8::1')).toBe('::/0');
  });

  it.each(['', '10.0.0.0/33', '10.0.0/8', '::/129', '10.0.0.0/', '::ffff:10.0.0.0/8', 'example.org', '1/8'])(
    'has no place for %j',
    (text) => {
      expect(parseNetwork(text)).toBeUndefined();
      expect(() => new Networks([text])).toThrow(`"${text}" is no network`);
    },
  );
});

describe('a source address', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::FFFF:c000:201', '192.0.2.1'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['2001:db8:0:0:ffff::1', '2001:db8:0:0::/64'],
    ['2001:db8:0:1::1', '2001:db8:0:1::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['unknown', 'unknown'],
  ])('%s is counted as %s [S5B-P-85]', (address, block) => {
    expect(addressBlock(address)).toBe(block);
  });
});
