import { describe, expect, it } from 'vitest';
import { formatBytes, formatRate, parseSize } from '../../../../src/cli/demo/sizes.ts';

describe('a size on the command line', () => {
  it.each([
    ['4096', 4096],
    ['1B', 1],
    ['8MiB', 8 * 1024 ** 2],
    ['8 mib', 8 * 1024 ** 2],
    ['1GiB', 1024 ** 3],
    ['1.5MB', 1_500_000],
    ['0.1kB', 100],
    ['2TiB', 2 * 1024 ** 4],
  ])('%s is %d bytes', (text, bytes) => {
    expect(parseSize(text)).toBe(bytes);
  });

  it.each([
    '',
    'big',
    '0',
    '0MiB',
    '-1',
    '1.5',
    '1.5B',
    '1 PiB',
    '1e6',
    '0x10',
    'MiB',
    '99999999TiB',
    '1MiB x',
  ])('"%s" is none', (text) => {
    expect(parseSize(text)).toBeUndefined();
  });
});

describe('bytes for people', () => {
  it.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1024, '1.0 KiB'],
    [268_435_456, '256.0 MiB'],
    [1.5 * 1024 ** 4, '1.5 TiB'],
  ])('%d reads as %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });

  it('have a rate once time has passed', () => {
    expect(formatRate(1024 ** 2, 500)).toBe('2.0 MiB/s');
    expect(formatRate(1024 ** 2, 0)).toBe('-');
  });
});
