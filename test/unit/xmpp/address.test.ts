// Whom a stanza is for.

import { expect, it } from 'vitest';
import { findAddressee } from '../../../src/xmpp/address.ts';

it.each([
  ['proxy.example.org', 'component'],
  ['PROXY.example.org', 'component'],
  ['proxy.example.org/x', 'below'],
  ['user@proxy.example.org', 'below'],
  ['user@proxy.example.org/x', 'below'],
  ['example.org', 'foreign'],
  ['sub.proxy.example.org', 'foreign'],
  ['@@/', 'foreign'],
  ['', 'foreign'],
])('%s is for: %s', (to, expected) => {
  expect(findAddressee(to, 'proxy.example.org')).toBe(expected);
});

it('an international domain may be spelled in both ways', () => {
  expect(findAddressee('proxy.xn--bcher-kva.example', 'proxy.bücher.example')).toBe('component');
  expect(findAddressee('proxy.BÜCHER.example', 'proxy.xn--bcher-kva.example')).toBe('component');
});
