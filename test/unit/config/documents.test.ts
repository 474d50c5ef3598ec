// The examples and the generated documents say what the schema says.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { configurationFiles } from '../../../scripts/configuration/page.ts';
import { staleAmong } from '../../../scripts/generated.ts';
import { type Key, keys, sections } from '../../../src/config/keys.ts';
import { loadConfig } from '../../../src/config/load.ts';
import { configSchema } from '../../../src/config/schema.ts';

const minimal = fileURLToPath(new URL('../../../config/streamhost.yaml', import.meta.url));
const full = fileURLToPath(new URL('../../../config/streamhost.full.yaml', import.meta.url));

/** The full example with the lines switched on that a # directly before a key switches off. */
const everything: unknown = parse(readFileSync(full, 'utf8').replace(/^( *)#(?=[a-zA-Z]+:)/gm, '$1'));

function valueAt(document: unknown, { path }: Pick<Key, 'path'>): unknown {
  let value = document;
  for (const part of path) {
    if (typeof value !== 'object' || value === null || !(part in value)) return undefined;
    value = Object.entries(value).find(([name]) => name === part)?.[1];
  }
  return value;
}

describe('config/streamhost.yaml', () => {
  it('loads, and gives the defaults', async () => {
    const environment = { STREAMHOST_XMPP_DOMAIN: 'proxy.example.org', STREAMHOST_XMPP_SECRET: 'changeme' };
    const defaults = await loadConfig({ environment });
    const loaded = await loadConfig({ file: minimal, environment: {} });
    expect(loaded).toMatchObject({ ok: true });
    expect(loaded.ok && loaded.config).toEqual(defaults.ok && defaults.config);
  });
});

describe('config/streamhost.full.yaml', () => {
  it('loads', async () => {
    expect(await loadConfig({ file: full, environment: {} })).toMatchObject({ ok: true });
  });

  it('is valid with every line switched on, but for the secret that is given twice', () => {
    expect(configSchema.safeParse(everything).error).toBeUndefined();
  });

  it.each(keys)('has $name, with its default if there is one', (key) => {
    const value = valueAt(everything, key);
    expect(value).toBeDefined();
    if (key.fallback !== undefined) expect(value).toEqual(key.fallback);
  });

  it('points editors to the schema, as the minimal file does', () => {
    const modeline = '# yaml-language-server: $schema=./streamhost.schema.json\n';
    for (const file of [full, minimal]) expect(readFileSync(file, 'utf8').startsWith(modeline)).toBe(true);
  });
});

describe('the schema', () => {
  it('says of every key and every section what it means', () => {
    const silent = [...keys, ...sections.filter(({ name }) => name !== '')].filter(
      ({ description }) => description === '',
    );
    expect(silent.map(({ name }) => name)).toEqual([]);
  });
});

describe('docs/CONFIGURATION.md and config/streamhost.schema.json', () => {
  it('are current; if not: npm run docs', () => {
    expect(staleAmong(configurationFiles())).toEqual([]);
  });
});
