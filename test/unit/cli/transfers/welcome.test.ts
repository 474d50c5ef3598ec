// Whose files are taken.

import { describe, expect, it } from 'vitest';
import { isWelcome, parseAccept } from '../../../../src/cli/transfers/welcome.ts';

describe('--accept', () => {
  it.each([
    [undefined, { kind: 'ask' }],
    ['all', { kind: 'all' }],
    ['alice@example.org, example.net', { kind: 'jids', jids: ['alice@example.org', 'example.net'] }],
  ])('%j is %j', (text, rule) => {
    expect(parseAccept(text)).toEqual({ ok: true, rule });
  });

  it.each(['', 'alice@', 'all,', '@'])('%j is refused', (text) => {
    expect(parseAccept(text)).toMatchObject({ ok: false });
  });
});

describe('who may offer files [SI-R-09]', () => {
  const rule = {
    kind: 'jids',
    jids: ['alice@example.org', 'bob@example.org/desk', 'friends.example'],
  } as const;
  it.each([
    ['alice@example.org/anything', true],
    ['ALICE@Example.org/x', true],
    ['bob@example.org/desk', true],
    ['bob@example.org/phone', false],
    ['carol@friends.example/x', true],
    ['carol@sub.friends.example/x', false],
    ['mallory@example.org/alice@example.org', false],
    ['', false],
  ])('%s: %s', (from, welcome) => {
    expect(isWelcome(rule, from)).toBe(welcome);
  });

  it('is everybody when all are accepted, or somebody is asked', () => {
    expect(isWelcome({ kind: 'all' }, 'x@y/z')).toBe(true);
    expect(isWelcome({ kind: 'ask' }, 'x@y/z')).toBe(true);
  });
});
