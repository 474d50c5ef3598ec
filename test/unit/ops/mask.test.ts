// How whoever can be recognised is written.

import { describe, expect, it } from 'vitest';
import { createWriter } from '../../../src/ops/mask.ts';

const HIDDEN = { jids: true, addresses: true };
const SHOWN = { jids: false, addresses: false };

describe('a JID', () => {
  it('is written as it came unless it is to be hidden', () => {
    expect(createWriter(SHOWN).jid('Alice@example.org/pda')).toBe('Alice@example.org/pda');
  });

  it('has one hash for every spelling and resource of a person, and another for the next person [S5B-P-89]', () => {
    const { jid } = createWriter(HIDDEN, 'key');
    expect(jid('alice@example.org/pda')).toMatch(/^jid:[0-9a-f]{16}$/);
    expect(jid('Alice@EXAMPLE.org/home')).toBe(jid('alice@example.org/pda'));
    expect(jid('bob@example.org/pda')).not.toBe(jid('alice@example.org/pda'));
  });

  it('that is none is hidden, too', () => {
    expect(createWriter(HIDDEN).jid('@@/')).toMatch(/^jid:[0-9a-f]{16}$/);
  });
});

describe('an address', () => {
  it('of IPv4 is the same over both families', () => {
    expect(createWriter(SHOWN).address('::ffff:192.0.2.1')).toBe('192.0.2.1');
    const { address } = createWriter(HIDDEN);
    expect(address('::ffff:192.0.2.1')).toBe(address('192.0.2.1'));
    expect(address('192.0.2.1')).toMatch(/^ip:[0-9a-f]{16}$/);
  });
});

describe('the key', () => {
  it('decides the hashes; without one they are those of this process', () => {
    expect(createWriter(HIDDEN, 'one').jid('a@b')).toBe(createWriter(HIDDEN, 'one').jid('a@b'));
    expect(createWriter(HIDDEN, 'one').jid('a@b')).not.toBe(createWriter(HIDDEN, 'two').jid('a@b'));
    expect(createWriter(HIDDEN).jid('a@b')).toBe(createWriter(HIDDEN).jid('a@b'));
    expect(createWriter(HIDDEN).jid('a@b')).not.toBe(createWriter(HIDDEN, '').jid('a@b'));
  });
});
