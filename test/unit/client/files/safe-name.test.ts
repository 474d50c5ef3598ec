// Names that strangers choose for files.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { numberedName, safeName } from '../../../../src/client/files/safe-name.ts';

describe('a hostile name [SI-R-16]', () => {
  it.each([
    ['report.pdf', 'report.pdf'],
    ['Über uns – 東京.txt', 'Über uns – 東京.txt'],
    ['../../etc/passwd', 'passwd'],
    ['/etc/passwd', 'passwd'],
    ['C:\\Windows\\System32\\evil.dll', 'evil.dll'],
    ['..\\..\\evil', 'evil'],
    ['folder/', 'folder'],
    ['', 'file'],
    ['.', 'file'],
    ['..', 'file'],
    ['/', 'file'],
    ['. .', 'file'],
    ['.bashrc', '_bashrc'],
    ['...x', '_x'],
    ['a\0b', 'ab'],
    ['a\r\nb\u001b[2Jc', 'ab[2Jc'],
    ['gpj.\u202Eexe', 'gpj.exe'],
    ['a\u2066b\u200fc\u2028d', 'abcd'],
    ['lone\ud800', 'lone\ufffd'],
    ['a<b>c:d"e|f?g*h', 'a_b_c_d_e_f_g_h'],
    ['file.txt:stream', 'file.txt_stream'],
    ['con', '_con'],
    ['NUL.txt', '_NUL.txt'],
    ['com1.tar.gz', '_com1.tar.gz'],
    ['lpt¹', '_lpt¹'],
    ['console', 'console'],
    ['trailing. . ', 'trailing'],
    ['cafe\u0301', 'café'],
    ['x.0123456789.part', 'x.0123456789.part_'],
    ['X.PART', 'X.PART_'],
  ])('%j becomes %j', (name, safe) => {
    expect(safeName(name)).toBe(safe);
  });

  it('that is too long loses its middle, not its ending or half a character', () => {
    expect(safeName(`${'a'.repeat(5000)}.tar`)).toBe(`${'a'.repeat(196)}.tar`);
    expect(safeName('ü'.repeat(300))).toBe('ü'.repeat(100));
    expect(safeName(`a.${'b'.repeat(300)}`)).toBe(`a.${'b'.repeat(198)}`);
  });

  it('becomes one that is safe, whatever it is', () => {
    const hostile = fc.string({
      unit: fc.oneof(fc.constantFrom(...'./\\: \0\u202e'), fc.string({ unit: 'binary' })),
    });
    fc.assert(
      fc.property(hostile, (name) => {
        const safe = safeName(name);
        expect(Buffer.byteLength(safe)).toBeLessThanOrEqual(202);
        expect(safe).not.toMatch(/[/\\\p{Cc}\p{Cf}]|^\.|^$|[. ]$|\.part$/u);
        expect(safeName(safe)).toBe(safe);
      }),
    );
  });
});

it('further files of a name are numbered before the ending', () => {
  expect([0, 1, 2].map((number) => numberedName('a.b.pdf', number))).toEqual([
    'a.b.pdf',
    'a.b (1).pdf',
    'a.b (2).pdf',
  ]);
  expect(numberedName('noending', 1)).toBe('noending (1)');
});
