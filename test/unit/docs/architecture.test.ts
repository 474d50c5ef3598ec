// The tables of docs/ARCHITECTURE.md say what the lint rules say.

import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect, test } from 'vitest';

const root = new URL('../../../', import.meta.url);
const text = readFileSync(new URL('docs/ARCHITECTURE.md', root), 'utf8');

interface Rule {
  readonly name: string;
  readonly comment?: string;
}
const { forbidden }: { forbidden: Rule[] } = createRequire(import.meta.url)(
  '../../../.dependency-cruiser.cjs',
);

/** The cells of the table that begins with this header, code marks taken off. */
function table(header: string): string[][] {
  const [, body = ''] = text.split(`| ${header} |`);
  const [rows = ''] = body.split('\n\n');
  return rows
    .split('\n')
    .slice(2)
    .map((row) => row.split('|').map((cell) => cell.replaceAll('`', '').trim()));
}

/** What follows the colon of a rule's comment. */
function ruleText(name: string): string | undefined {
  return forbidden.find((rule) => rule.name === name)?.comment?.split(': ')[1];
}

const rooms = readdirSync(new URL('src', root), { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && entry.name !== 'cli')
  .map(({ name }) => name);

test.each(rooms)('the room %s may import what the lint rule allows', (room) => {
  const row = table('Room | Owns | May import').find(([, name]) => name === `${room}/`);
  expect(row?.[3]).toBe(ruleText(`room-${room}`));
});

test('every vendor package with a door is in the table of doors', () => {
  const listed = table('Package | Door').flatMap(([, packages]) => packages?.split(', ') ?? []);
  const ruled = forbidden
    .filter(({ name }) => name.startsWith('door-'))
    .map(({ comment }) => comment?.split(' ')[0]);
  expect(listed.sort()).toEqual(ruled.sort());
});
