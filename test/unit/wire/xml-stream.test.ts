// Bytes of an XML stream in, stanzas out: the same however they are cut, and never without bounds.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { namespaceOf, xml } from '../../../src/wire/xml.ts';
import { type XmlStreamOptions, XmlStreamParser } from '../../../src/wire/xml-stream.ts';

const ROOT =
  "<?xml version='1.0' encoding='utf-8'?><stream:stream xmlns='urn:a' xmlns:stream='urn:s' id='1'>";

/** What a parser says to the chunks, in order. */
function parse(chunks: readonly (string | Uint8Array)[], options?: XmlStreamOptions): string[] {
  const parser = new XmlStreamParser(options);
  const events: string[] = [];
  parser.on('start', (root) => events.push(`start ${root}`));
  parser.on('element', (element) => events.push(`element ${element}`));
  parser.on('end', () => events.push('end'));
  parser.on('error', (error) => events.push(`error ${error.condition}`));
  for (const chunk of chunks) parser.write(chunk);
  return events;
}

/** What comes after the root's start tag. */
const inRoot = (text: string, options?: XmlStreamOptions) => parse([ROOT + text], options).slice(1);

describe('a stream', () => {
  it('gives its root as written, its children complete, and its end', () => {
    expect(parse([`${ROOT}<a>x</a> <b/></stream:stream>`])).toEqual([
      'start <stream:stream xmlns="urn:a" xmlns:stream="urn:s" id="1"/>',
      'element <a xmlns="urn:a">x</a>',
      'element <b xmlns="urn:a"/>',
      'end',
    ]);
  });

  it('gives the same cut at every byte, inside characters, tags and entities, too [COMP-23]', () => {
    const bytes = Buffer.from(
      `${ROOT}\r\n<a ü='&quot;€&#x1F600;'>\r\n😀<![CDATA[<&]]>&lt;</a>\r\n<p:b xmlns:p='urn:p'/></stream:stream>`,
    );
    const whole = parse([bytes]);
    expect(whole).toHaveLength(4);
    for (let cut = 0; cut <= bytes.length; cut++) {
      expect(parse([bytes.subarray(0, cut), bytes.subarray(cut)])).toEqual(whole);
    }
    expect(parse([...bytes].map((byte) => Buffer.of(byte)))).toEqual(whole);
  });

  it('gives the same in chunks of any size, whatever the text [COMP-23]', () => {
    const text = fc.string({ unit: 'grapheme' }).map((value) => value.replace(/[^\P{C}\t\n]/gu, ''));
    const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 });
    fc.assert(
      fc.property(fc.array(text, { maxLength: 5 }), sizes, (values, cuts) => {
        const stanzas = values.map((value) => xml('a', { b: value.trim() }, value));
        const bytes = Buffer.from(`${ROOT}${stanzas.join('')}`);
        const chunks: Uint8Array[] = [];
        for (let at = 0, i = 0; at < bytes.length; i++) {
          const size = cuts[i % cuts.length] ?? 1;
          chunks.push(bytes.subarray(at, at + size));
          at += size;
        }
        expect(parse(chunks)).toEqual(parse([bytes]));
        expect(parse(chunks)).toHaveLength(1 + values.length);
      }),
    );
  });

  it('is over after the closing tag; the rest is ignored [COMP-18]', () => {
    expect(parse([`${ROOT}</stream:stream><a/>`, '<b/>', Buffer.of(0xff)]).slice(1)).toEqual(['end']);
  });

  it('that ends in its start tag has begun and ended', () => {
    expect(parse(["<s xmlns='a'/>"])).toEqual(['start <s xmlns="a"/>', 'end']);
  });

  it('may have any amount of whitespace between stanzas [COMP-21]', () => {
    const chunks = [ROOT, ...Array.from({ length: 100 }, () => ' \r\n\t'.repeat(100)), '<a/>'];
    expect(parse(chunks, { maxStanzaBytes: 10_000 }).slice(1)).toEqual(['element <a xmlns="urn:a"/>']);
  });

  it('drops text that stands between stanzas, but not without bound', () => {
    expect(inRoot('junk<a/>')).toEqual(['element <a xmlns="urn:a"/>']);
    expect(inRoot('junk'.repeat(5000), { maxStanzaBytes: 10_000 })).toEqual(['error policy-violation']);
  });

  it('does not throw when nobody listens any more', () => {
    const parser = new XmlStreamParser();
    parser.on('element', () => parser.removeAllListeners());
    expect(() => parser.write(`${ROOT}<a/></b>`)).not.toThrow();
  });
});

describe('namespaces', () => {
  it('are resolved, whatever the prefixes, and written where they change [COMP-12]', () => {
    expect(inRoot("<stream:error><x:c xmlns:x='urn:x'/></stream:error>")).toEqual([
      'element <error xmlns="urn:s"><c xmlns="urn:x"/></error>',
    ]);
    expect(inRoot("<a xmlns='urn:b'><c/><d xmlns='urn:a'/></a>")).toEqual([
      'element <a xmlns="urn:b"><c/><d xmlns="urn:a"/></a>',
    ]);
  });

  it('of attributes travel with their element', () => {
    expect(inRoot("<a xmlns:p='urn:p' p:x='1' xml:lang='en'/>")).toEqual([
      'element <a xmlns="urn:a" xmlns:p="urn:p" p:x="1" xml:lang="en"/>',
    ]);
  });

  it('may be none', () => {
    const parser = new XmlStreamParser();
    const found: string[] = [];
    parser.on('element', (element) => {
      found.push(
        ...[element, ...element.getChildElements()].map((each) => `${each.name} ${namespaceOf(each)}`),
      );
    });
    parser.write(`${ROOT}<a><b xmlns=''/><c/></a>`);
    expect(found).toEqual(['a urn:a', 'b ', 'c urn:a']);
  });
});

describe('an error', () => {
  it.each([
    ['a document type declaration', "<!DOCTYPE a [<!ENTITY x 'y'>]><a/>"],
    ['a document type declaration by name', "<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>"],
  ])('is %s before the root [COMP-22]', (_, text) => {
    expect(parse([text])).toEqual(['error restricted-xml']);
  });

  it.each([
    ['a late document type declaration', '<!DOCTYPE a>', 'restricted-xml'],
    ['a comment', '<!-- a -->', 'restricted-xml'],
    ['a comment in a stanza', '<a><!-- a --></a>', 'restricted-xml'],
    ['a processing instruction', '<?php ?>', 'restricted-xml'],
    ['an entity beyond the five', '<a>&nbsp;</a>', 'restricted-xml'],
    ['a second XML declaration', "<?xml version='1.0'?>", 'not-well-formed'],
    ['another end tag', '<a></b>', 'not-well-formed'],
    ['another end tag of the root', '<a></stream:stream>', 'not-well-formed'],
    ['a duplicate attribute', "<a b='1' b='2'/>", 'not-well-formed'],
    ['an attribute without quotes', '<a b=1/>', 'not-well-formed'],
    ['a prefix that is not bound', '<q:a/>', 'not-well-formed'],
    ['a bare ampersand, at the latest when a semicolon follows', '<a>AT&T</a><c>;</c>', 'not-well-formed'],
    ['a control character', '<a>\u0001</a>', 'not-well-formed'],
    ['a reference to one', '<a>&#0;</a>', 'not-well-formed'],
  ])('is %s [COMP-22] [COMP-25]', (_, text, condition) => {
    expect(inRoot(`<ok/>${text}<b/>`)).toEqual(['element <ok xmlns="urn:a"/>', `error ${condition}`]);
  });

  it('is what is no XML at all', () => {
    expect(parse(['HTTP/1.1 400 Bad Request\r\n'])).toEqual(['error not-well-formed']);
  });

  it.each([
    ['bytes that are not UTF-8', [ROOT, Buffer.of(0x3c, 0x61, 0xff)]],
    ['an overlong form', [ROOT, Buffer.of(0x3c, 0xc0, 0x80)]],
    ['another declared encoding', ["<?xml version='1.0' encoding='ISO-8859-1'?><a/>"]],
  ])('is %s [COMP-22]', (_, chunks) => {
    expect(parse(chunks).at(-1)).toBe('error unsupported-encoding');
  });

  it('does not quote the input', () => {
    const parser = new XmlStreamParser();
    const messages: string[] = [];
    parser.on('error', ({ message }) => messages.push(message));
    parser.write(`${ROOT}<a password='hunter2'`);
    parser.write('<');
    expect(messages).toHaveLength(1);
    expect(messages.join()).not.toContain('hunter2');
  });
});

describe('bounds', () => {
  const limit = 10_000;
  const stanza = (bytes: number) => `<a>${'x'.repeat(bytes - 7)}</a>`;

  it('let a stanza of exactly the limit pass, many times [COMP-24]', () => {
    const text = stanza(limit).repeat(3);
    expect(inRoot(text, { maxStanzaBytes: limit })).toHaveLength(3);
    expect(parse([ROOT, ...text], { maxStanzaBytes: limit })).toHaveLength(4);
    expect(inRoot(text, { maxStanzaBytes: limit }).join()).not.toContain('error');
  });

  it('refuse one byte more, in one chunk or in many [COMP-24]', () => {
    const text = stanza(limit + 1);
    expect(inRoot(text, { maxStanzaBytes: limit })).toEqual(['error policy-violation']);
    expect(parse([ROOT, ...text], { maxStanzaBytes: limit }).at(-1)).toBe('error policy-violation');
  });

  it('count bytes, not characters [COMP-24]', () => {
    const text = `<a>${'€'.repeat(limit / 2)}</a>`;
    expect(inRoot(text, { maxStanzaBytes: limit })).toEqual(['error policy-violation']);
  });

  it.each(['<a>', '<', "<a b='", '<!-- ', '<![CDATA['])(
    'are noticed while the stanza still arrives: %s without end [COMP-24]',
    (beginning) => {
      const parser = new XmlStreamParser({ maxStanzaBytes: limit });
      const conditions: string[] = [];
      parser.on('error', ({ condition }) => conditions.push(condition));
      parser.write(ROOT + beginning);
      let written = 0;
      for (; conditions.length === 0 && written < 10 * limit; written += 1000) parser.write('a'.repeat(1000));
      expect(conditions).toEqual(['policy-violation']);
      expect(written).toBeLessThanOrEqual(limit + 1000);
    },
  );

  it('hold for the header, too [COMP-24]', () => {
    expect(parse([`<a b='${'x'.repeat(limit)}'>`], { maxStanzaBytes: limit })).toEqual([
      'error policy-violation',
    ]);
  });

  it('hold for the depth [COMP-24]', () => {
    const nested = (depth: number) => '<a>'.repeat(depth) + '</a>'.repeat(depth);
    expect(inRoot(nested(64))).toHaveLength(1);
    expect(inRoot(nested(65))).toEqual(['error policy-violation']);
    expect(inRoot('<a>'.repeat(65))).toEqual(['error policy-violation']);
  });

  it.each([
    ['what is too deep', '', 'error policy-violation'],
    ['a stanza that was too long', `<a b='${'x'.repeat(limit)}'/>`, 'error policy-violation'],
    ['the end', '</stream:stream>', 'end'],
  ])('are the end of all work: what follows on %s takes no time [COMP-24]', (_, before, expected) => {
    // The parser behind this would take hours for a million levels.
    expect(inRoot(before + '<a>'.repeat(1_000_000), { maxStanzaBytes: limit })).toEqual([expected]);
  });
});
