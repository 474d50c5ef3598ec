// Which requirement ids are found in code and in tests, and which test each of them goes to.

import { expect, test } from 'vitest';
import { taggedIds } from '../../../scripts/compliance/source-tags.ts';
import { testTags } from '../../../scripts/compliance/test-tags.ts';

const [first, second] = [`S5B-P-${60}`, `COMP-${18}`];

test('one bracket may hold several ids, beside a section of a XEP', () => {
  expect(taggedIds(`// joined [XEP-0065 §6.3.5] [${first}, ${second}] [${first}]`)).toEqual([first, second]);
});

test('a range stands for all of its ids', () => {
  expect(taggedIds(`// [SOCKS-${'01..03'}]`)).toEqual(['01', '02', '03'].map((number) => `SOCKS-${number}`));
});

test('a point of the client survey is cited in round brackets', () => {
  expect(taggedIds(`// must not wait (clients.${'md'} 2.3)`)).toEqual([`clients.${'md'} 2.3`]);
});

test('an id outside brackets is no tag', () => {
  expect(taggedIds(`const example = '${first}'; // see [RFC 1928]`)).toEqual([]);
});

test.each([
  ['the title', `it('joins [${first}]', () => {});`, 'joins [#]'],
  ['the title of a describe block', `describe('pairs [${first}]', () => { it('joins', f); });`, 'pairs [#]'],
  ['the title of a table of cases', `it.each(cases)('joins %s [${first}]', () => {});`, 'joins %s [#]'],
  ['the title of a template', `it.each\`a\`('joins [${first}]', () => {});`, 'joins [#]'],
  ['a comment in the test', `test('joins', () => {\n// [${first}]\n});`, 'joins'],
  ['a comment above the test', `test('other', f);\n// [${first}]\ntest('joins', f);`, 'joins'],
  ['a case that is a sentence', `const cases = ['joins ${first}'];\nit.each(cases)('%s', f);`, 'joins #'],
  ['a case by its id', `const cases = ['${first}'];\nit.each(cases)('joins', f);`, 'joins'],
  ['a title with a value in it', `it(\`joins \${n} [${first}]\`, f);`, `joins \${n} [#]`],
  ['a case of a table', `it.each([['peers join [${first}]'],['b c']])('that %s', f);`, 'that peers join [#]'],
  ['a case without a place', `it.each([['in time [${first}]']])('joins', f);`, 'joins: in time [#]'],
  ['a nested test', `describe('a pair', () => {\n// ${first}\nit('joins', f);\n});`, 'a pair joins'],
])('an id in %s goes to its test', (_, code, title) => {
  expect(testTags('some.test.ts', code)).toEqual([{ id: first, title: title.replace('#', first) }]);
});

test('a point of the client survey may be spread over a block and its test', () => {
  const code = `describe('clients.${'md'} 2', () => { it('.13 the result is empty', f); });`;
  const title = `clients.${'md'} 2.13 the result is empty`;
  expect(testTags('some.test.ts', code)).toEqual([{ id: title.slice(0, 15), title }]);
});

test.each([
  ['a skipped test', `it.skip('joins [${first}]', () => {});`],
  ['a planned test', `it.todo('joins [${first}]');`],
  ['a helper without tests', `// [${first}]\nexport const fake = 1;`],
  ['a comment below the last test', `it('joins', f);\n// [${first}]`],
])('an id in %s counts for nothing', (_, code) => {
  expect(testTags('some.test.ts', code)).toEqual([]);
});
