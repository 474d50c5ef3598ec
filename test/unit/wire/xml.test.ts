// Reading elements.

import { describe, expect, it } from 'vitest';
import {
  attribute,
  carriable,
  childElements,
  isElement,
  keepWhitespace,
  namespaceOf,
  xml,
} from '../../../src/wire/xml.ts';

describe('an element', () => {
  const inner = xml('b', { xmlns: '' }, xml('c'));
  const element = xml('a', { xmlns: 'urn:a', port: 80 }, 'text', inner, xml('d'));

  it('has attributes as text, or none', () => {
    expect(attribute(element, 'port')).toBe('80');
    expect(attribute(element, 'host')).toBeUndefined();
    expect(attribute(element, 'constructor')).toBeUndefined();
  });

  it('has child elements beside its text', () => {
    expect(childElements(element).map(({ name }) => name)).toEqual(['b', 'd']);
  });

  it('is written with references for white space in attributes, which is left alone in text', () => {
    const written = xml('a', { id: 'a\t\r\n>"b' }, 'c\nd', xml('b', { id: ' ' }));
    expect(keepWhitespace(written.toString())).toBe('<a id="a&#9;&#13;&#10;&gt;&quot;b">c\nd<b id=" "/></a>');
  });

  it('is in the nearest namespace, and in none where that is undeclared', () => {
    expect(childElements(element).map(namespaceOf)).toEqual(['', 'urn:a']);
    expect(childElements(inner).map(namespaceOf)).toEqual(['']);
    expect(namespaceOf(xml('x'))).toBe('');
    expect(isElement(element, 'a', 'urn:a')).toBe(true);
    expect(isElement(inner, 'b', 'urn:a')).toBe(false);
    expect(isElement(element, 'b', 'urn:a')).toBe(false);
  });
});

it.each([
  ['a\u0001b\u001b.txt', 'a\ufffdb\ufffd.txt'],
  ['half \ud83d of one', 'half \ufffd of one'],
  ['\ufffe\uffff', '\ufffd\ufffd'],
  ['tab\tand\nline \u0085 é 😀 <&>"', 'tab\tand\nline \u0085 é 😀 <&>"'],
])('the text %j is carried as %j', (text, carried) => {
  expect(carriable(text)).toBe(carried);
});
