// What a requester reads when a quota is used up.

import { expect, test } from 'vitest';
import { describeExhausted, formatBytes } from '../../../src/policy/quota-text.ts';

const endsAt = new Date('2026-11-24T00:00:00Z');

test('the text says whose quota it is, how large, and when it ends [S5B-P-73]', () => {
  expect(describeExhausted({ whose: 'user', per: 'day', limit: 10e9, endsAt })).toBe(
    'Your quota of 10 GB a day is used up until 2026-11-24 00:00 UTC.',
  );
  expect(describeExhausted({ whose: 'domain', per: 'month', limit: 2 ** 40, endsAt })).toBe(
    'The quota of your domain of 1 TiB a month is used up until 2026-11-24 00:00 UTC.',
  );
});

test.each([
  [1, '1 byte'],
  [999, '999 bytes'],
  [1000, '1 kB'],
  [65_536, '64 KiB'],
  [10_000_000, '10 MB'],
  [5 * 1024 ** 3, '5 GiB'],
  [1500, '1.5 kB'],
  [1_500_000, '1500 kB'],
  [1_234_567_000, '1.2 GB'],
  [0, '0 bytes'],
  [1_234_567, '1.2 MB'],
  [2 ** 50, '1024 TiB'],
])('%i bytes are written %s', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});
