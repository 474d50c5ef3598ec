// In-band bytestreams: what is written, what is read, and what is refused.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeBase64 } from '../../../src/wire/base64.ts';
import { IBB, readBlock, readOpen, writeBlock, writeClose, writeOpen } from '../../../src/wire/ibb.ts';
import { xml } from '../../../src/wire/xml.ts';

const open = (attributes: Record<string, string>) => xml('open', { xmlns: IBB, ...attributes });
const data = (attributes: Record<string, string>, text: string) =>
  xml('data', { xmlns: IBB, ...attributes }, text);

describe('an open', () => {
  it('has sid and block-size, and says message only where it is meant [IBB-01]', () => {
    expect(writeOpen({ sid: 's', blockSize: 4096, stanza: 'iq' }).toString()).toBe(
      '<open xmlns="http://jabber.org/protocol/ibb" sid="s" block-size="4096"/>',
    );
    expect(writeOpen({ sid: 's', blockSize: 1, stanza: 'message' }).attrs).toMatchObject({
      stanza: 'message',
    });
  });

  it('is read as it was written', () => {
    const written = { sid: 's', blockSize: 65_535, stanza: 'message' } as const;
    expect(readOpen(writeOpen(written))).toEqual({ ok: true, open: written });
  });

  it.each([
    ['no sid [IBB-06]', { 'block-size': '4096' }],
    ['an empty sid [IBB-06]', { sid: '', 'block-size': '4096' }],
    ['no block-size [IBB-06]', { sid: 's' }],
    ['a block-size of 0 [IBB-06]', { sid: 's', 'block-size': '0' }],
    ['a block-size over 65535 [IBB-06]', { sid: 's', 'block-size': '65536' }],
    ['a block-size that is no number [IBB-06]', { sid: 's', 'block-size': '4k' }],
    ['another stanza [IBB-26]', { sid: 's', 'block-size': '4096', stanza: 'presence' }],
  ])('with %s is refused', (_, attributes) => {
    expect(readOpen(open(attributes))).toEqual({ ok: false, reason: 'bad-request' });
  });
});

describe('a block', () => {
  it('is read as it was written, whatever its bytes, none included [IBB-18]', () => {
    const blocks = fc.record({
      sid: fc.string({ minLength: 1 }),
      seq: fc.integer({ min: 0, max: 65_535 }),
      bytes: fc.uint8Array().map((bytes) => Buffer.from(bytes)),
    });
    fc.assert(
      fc.property(blocks, (block) => {
        expect(readBlock(writeBlock(block))).toEqual({ ok: true, block });
      }),
    );
  });

  it('is written without white space [IBB-16]', () => {
    expect(writeBlock({ sid: 's', seq: 1, bytes: Buffer.alloc(300, 1) }).getText()).not.toMatch(/\s/);
  });

  it('may be wrapped by others [IBB-16]', () => {
    expect(readBlock(data({ sid: 's', seq: '0' }, ' Zm9v\r\n\tYmFy\n'))).toMatchObject({
      block: { bytes: Buffer.from('foobar') },
    });
  });

  it.each(['65536', '-1', '', 'one'])('numbered "%s" is refused, and says whose it was', (seq) => {
    expect(readBlock(data({ sid: 's', seq }, 'Zm9v'))).toEqual({
      ok: false,
      reason: 'bad-request',
      sid: 's',
    });
  });

  it('without sid is refused', () => {
    expect(readBlock(data({ seq: '0' }, ''))).toEqual({ ok: false, reason: 'bad-request' });
  });
});

describe('base64', () => {
  it.each([
    'Zm9',
    'Zm9v=',
    'Zm==9v',
    '=Zm9',
    'Zg=',
    'Zg===',
    'Zm9v!',
    'Zm-_',
    'Zm9vYg',
    'Zm\u00a09v',
    'é',
    '=',
    '====',
  ])('"%s" is refused [IBB-15]', (text) => {
    expect(decodeBase64(text)).toBeUndefined();
  });

  it.each([
    ['', ''],
    ['Zg==', 'f'],
    ['Zm8=', 'fo'],
    ['Z g =\n=', 'f'],
    ['Zh==', 'f'],
  ])('"%s" is "%s" [IBB-15] [IBB-16]', (text, decoded) => {
    expect(decodeBase64(text)?.toString()).toBe(decoded);
  });
});

it('a close names the stream [IBB-21]', () => {
  expect(writeClose('s').toString()).toBe('<close xmlns="http://jabber.org/protocol/ibb" sid="s"/>');
});
