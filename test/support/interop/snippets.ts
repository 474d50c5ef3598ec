// The snippets of config/ that an operator pastes, with the names and ports of a test in the place of the examples.

import { readFile } from 'node:fs/promises';
import type { Site } from './xmpp-server.ts';

/** @throws Error when the snippet no longer contains what is to be replaced */
export async function renderSnippet(name: string, site: Site): Promise<string> {
  const original = await readFile(new URL(`../../../config/${name}`, import.meta.url), 'utf8');
  const replacements = {
    'proxy.example.org': site.proxy.domain,
    changeme: site.proxy.secret,
    '5347': String(site.componentPort),
  };
  return Object.entries(replacements).reduce((text, [example, value]) => {
    if (!text.includes(example)) throw new Error(`config/${name} does not contain ${example}`);
    return text.replaceAll(example, value);
  }, original);
}
