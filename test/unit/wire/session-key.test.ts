// The name of a transfer, and the JIDs that go into it.

import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatJid, normaliseJid, parseJid } from '../../../src/wire/jid.ts';
import { candidateKeys, parseSessionKey, sessionKey } from '../../../src/wire/session-key.ts';

/** The published and computed vectors of the requirements, T.2. */
const vectors = [
  [
    'V1',
    'vxf9n471bn46',
    'requester@example.com/foo',
    'target@example.org/bar',
    '98b8d688d0f5d895fd41c5e7309a2e9e33ba32ff',
  ],
  [
    'V2',
    'yia72g3v49j7',
    'requester@example.com/foo',
    'room@conference.example.net/Tget',
    '416781edf1ae50bad01cb8509ba35b43952bc345',
  ],
  [
    'V3',
    'vj3hs98y',
    'romeo@montague.lit/orchard',
    'juliet@capulet.lit/balcony',
    '972b7bf47291ca609517f67f86b5081086052dad',
  ],
  [
    'V4',
    'vj3hs98y',
    'juliet@capulet.lit/balcony',
    'romeo@montague.lit/orchard',
    '1a12fb7bc625e55f3ed5b29a53dbe0e4aa7d80ba',
  ],
  [
    'V5-norm',
    'S5B-T1',
    'alice@example.com/PDA',
    'bob@example.org/Home',
    'a4e991655a97da1f5df45b242d7f716eb4729d11',
  ],
  ['V6', 'u1', 'jürgen@example.com/Büro', 'anna@example.net/x', 'cebd7d41ae191dd3ce4c8937f02d5158ec010a71'],
  ['V7a', 'lig', 'alice@example.com/office', 'bob@example.org/x', 'add23746f3d71b98c4fe70b356b83cad1dbb864d'],
  [
    'V7b',
    'lig',
    'alice@example.com/o\ufb03ce',
    'bob@example.org/x',
    '0a473d91c06787074fe88bf5472247f368736d47',
  ],
  ['V8', 'c1', 'bot.example.com', 'bob@example.org/x', '769c704fe017252709da2eab9605de9dbe35c49d'],
  ['V9', 'é中', 'a@b.example/c', 'd@e.example/f', 'f54600f0c25376728235091be6139c7d369013ec'],
] as const;

describe('the session key', () => {
  it.each(vectors)('of vector %s is as published [S5B-P-30]', (_, sid, requester, target, key) => {
    expect(sessionKey(sid, requester, target)).toBe(key);
  });

  it.each(vectors)(
    'of vector %s is among the candidates of its activation [S5B-P-31] [S5B-P-35]',
    (_, sid, requester, target, key) => {
      expect(candidateKeys(sid, requester, target)).toContain(key);
    },
  );

  it('is found first for the stringprep form of what was written in mixed case [S5B-P-32]', () => {
    const keys = candidateKeys('S5B-T1', 'Alice@Example.COM/PDA', 'BOB@example.org/Home');
    expect(keys[0]).toBe('a4e991655a97da1f5df45b242d7f716eb4729d11');
  });

  it('is never sought with a lower-cased resource, nor with the roles swapped [S5B-P-32] [S5B-P-63]', () => {
    const keys = candidateKeys('S5B-T1', 'Alice@Example.COM/PDA', 'BOB@example.org/Home');
    expect(keys).not.toContain('0d0434fbd29ad1f843359cfac6b897136f71786e');
    expect(keys).not.toContain('ffd45068f4ba1d5c522efe5d5314449cfe67d0bf');
  });

  it('is sought for the ligature kept and for the ligature resolved [S5B-P-35]', () => {
    const keys = candidateKeys('lig', 'alice@example.com/o\ufb03ce', 'bob@example.org/x');
    expect(keys).toContain('add23746f3d71b98c4fe70b356b83cad1dbb864d');
    expect(keys).toContain('0a473d91c06787074fe88bf5472247f368736d47');
  });

  it('is sought composed where a client wrote a decomposed JID [S5B-P-32]', () => {
    const decomposed = 'ju\u0308rgen@example.com/Bu\u0308ro';
    expect(candidateKeys('u1', decomposed, 'anna@example.net/x')).toContain(
      'cebd7d41ae191dd3ce4c8937f02d5158ec010a71',
    );
  });

  it('takes the sid as it is: spaces, case and form count [S5B-P-34]', () => {
    const of = (sid: string) => candidateKeys(sid, 'a@b.example/c', 'd@e.example/f')[0];
    expect(new Set([of('x'), of(' x'), of('x '), of('X'), of('e\u0301'), of('\u00e9')]).size).toBe(6);
    expect(of('x'.repeat(4096))).toBe(sessionKey('x'.repeat(4096), 'a@b.example/c', 'd@e.example/f'));
  });

  it('is sought with the target as written before it is sought with its white space trimmed [S5B-P-38]', () => {
    const keys = candidateKeys('s', 'a@b/c', '\n  d@e/f\n');
    expect(keys).toContain(sessionKey('s', 'a@b/c', 'd@e/f'));
    const spaced = candidateKeys('s', 'a@b/c', 'd@e/f ');
    expect(spaced.indexOf(sessionKey('s', 'a@b/c', 'd@e/f '))).toBeLessThan(
      spaced.indexOf(sessionKey('s', 'a@b/c', 'd@e/f')),
    );
  });

  it('is sought in Latin-1 as well, as QXmpp computes it (clients.md 2.14)', () => {
    const latin1 = createHash('sha1').update('u1jürgen@example.com/Büroanna@example.net/x', 'latin1');
    const keys = candidateKeys('u1', 'jürgen@example.com/Büro', 'anna@example.net/x');
    expect(keys).toHaveLength(2);
    expect(keys[1]).toBe(latin1.digest('hex'));
  });

  it('is among the candidates as stringprep spells it, whatever is in the JIDs [S5B-P-32]', () => {
    const jid = fc.stringMatching(/^[aB.\u00e9]{0,3}@?[aB.\u00e9]{1,3}(\/[aB .\u00e9]{1,3})?$/);
    fc.assert(
      fc.property(jid, jid, (from, target) => {
        const [requester, wanted] = [parseJid(from), parseJid(target.trim())];
        fc.pre(requester !== undefined && wanted !== undefined);
        if (requester === undefined || wanted === undefined) return;
        const key = sessionKey('s', formatJid(normaliseJid(requester)), formatJid(normaliseJid(wanted)));
        expect(candidateKeys('s', from, target)).toContain(key);
      }),
    );
  });

  it('has no candidate twice, and the plain case has one', () => {
    expect(candidateKeys('s', 'a@b/c', 'd@e/f')).toHaveLength(1);
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), (sid, from, target) => {
        const keys = candidateKeys(sid, from, target);
        expect(new Set(keys).size).toBe(keys.length);
        expect(keys).toContain(sessionKey(sid, from, target));
      }),
    );
  });
});

describe('a DST.ADDR', () => {
  it('is a key whatever the case of its digits [S5B-P-36]', () => {
    const key = '98b8d688d0f5d895fd41c5e7309a2e9e33ba32ff';
    expect(parseSessionKey(key.toUpperCase())).toBe(key);
  });

  it.each(['', 'example.com', 'a'.repeat(39), 'a'.repeat(41), 'g'.repeat(40), `${'a'.repeat(40)}\n`])(
    'is none when it reads %j [S5B-P-52]',
    (text) => {
      expect(parseSessionKey(text)).toBeUndefined();
    },
  );
});

describe('a JID', () => {
  it.each([
    '@@/',
    '',
    'a@',
    '@b',
    'a@b/',
    'a b@c',
    'a@b c',
    'a@b..c',
    'a@-b',
    `${'x'.repeat(1024)}@b`,
    'a@b/\u0007',
  ])('cannot read %j [S5B-P-68]', (text) => {
    expect(parseJid(text)).toBeUndefined();
  });

  it.each([
    'b',
    'a@b',
    'a@b/c',
    'b/c',
    'a@b/c@d/e',
    'a@[::1]/x',
    'a@127.0.0.1',
    'jürgen@münchen.example/Büro',
    'a\\20b@c',
  ])('can read %j, and is written back as it was [S5B-P-33]', (text) => {
    const jid = parseJid(text);
    expect(jid && formatJid(jid)).toBe(text);
  });

  it('is normalised in local and domain part only [S5B-P-32]', () => {
    const jid = parseJid('STRASSE.Σ@ΦOO.Example/Ab\u00adC');
    expect(jid && formatJid(normaliseJid(jid))).toBe('strasse.σ@φoo.example/AbC');
  });

  it('is normalised once and for all [S5B-P-32]', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const jid = parseJid(text);
        fc.pre(jid !== undefined);
        if (jid === undefined) return;
        const once = normaliseJid(jid);
        expect(normaliseJid(once)).toEqual(once);
      }),
    );
  });
});
