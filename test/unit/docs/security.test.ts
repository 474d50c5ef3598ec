// Every claim of SECURITY.md names a test that is there, and that is not skipped.

import { readFileSync } from 'node:fs';
import ts from 'typescript';
import { expect, test } from 'vitest';

const root = new URL('../../../', import.meta.url);
const text = readFileSync(new URL('SECURITY.md', root), 'utf8');

const [, section = ''] = text.split('| Claim | Test | Title |\n|---|---|---|\n');
const [table = ''] = section.split('\n\n');
const claims = table.split('\n').map((row) => {
  const [claim = '', file = '', title = ''] = row
    .split('|')
    .slice(1)
    .map((cell) => cell.trim());
  return { claim, file, title };
});

/** The titles of the tests in a file, as they are written; skipped and planned ones left out. */
function titlesIn(file: string): string[] {
  const code = readFileSync(new URL(`test/${file}`, root), 'utf8');
  const titles: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && !/\.(skip|todo|fails)\b/.test(node.expression.getText())) {
      const [title] = node.arguments;
      if (/^(it|test)\b/.test(node.expression.getText()) && title && ts.isStringLiteralLike(title)) {
        titles.push(title.text);
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, code, ts.ScriptTarget.Latest, true));
  return titles;
}

test('SECURITY.md has a table of claims', () => {
  expect(claims.length).toBeGreaterThan(20);
});

test.each(claims)('the claim "$claim" is held by the test that it names', ({ file, title }) => {
  expect(titlesIn(file).filter((candidate) => candidate.startsWith(title))).not.toEqual([]);
});
