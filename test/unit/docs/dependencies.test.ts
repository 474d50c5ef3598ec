// docs/DEPENDENCIES.md names what package.json brings, no less and no more.

import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const root = new URL('../../../', import.meta.url);
const text = readFileSync(new URL('docs/DEPENDENCIES.md', root), 'utf8');

interface Manifest {
  readonly license?: string;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly optionalDependencies: Readonly<Record<string, string>>;
  readonly overrides: Readonly<Record<string, string>>;
}

function manifest(path: string): Manifest {
  return JSON.parse(readFileSync(new URL(path, root), 'utf8'));
}

const { dependencies, optionalDependencies, overrides } = manifest('package.json');

/** The rows of the table below a heading: name, version, licence, release, size, reason. */
function rows(heading: string): string[][] {
  const [, section = ''] = text.split(`## ${heading}\n`);
  const [body = ''] = section.split('\n## ');
  const lines = body.split('\n').filter((line) => line.startsWith('| '));
  return lines.slice(1).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

test.each([
  ['Always', dependencies],
  ['Optional', optionalDependencies],
])('the table "%s" has every such package, with the version line of package.json', (heading, packages) => {
  const listed = rows(heading).map(([name, version]) => [name, version]);
  expect(listed).toEqual(Object.entries(packages));
});

test.each([...rows('Always'), ...rows('Optional')].map((row) => ({ name: row[0] ?? '', row })))(
  '$name is named with its own licence, its release, its size and a reason',
  ({ name, row }) => {
    expect(row).toHaveLength(6);
    expect(row.every((cell) => cell !== '')).toBe(true);
    const installed = `node_modules/${name}/package.json`;
    if (existsSync(new URL(installed, root))) expect(row[2]).toBe(manifest(installed).license);
  },
);

test('what package.json overrides is explained', () => {
  for (const [name, version] of Object.entries(overrides)) expect(text).toContain(`${name} ${version}`);
});

test('the size of an installation for production is stated', () => {
  expect(text).toMatch(/`npm ci --omit=dev` installs \d+ packages, \d+ MiB on disc/);
});
