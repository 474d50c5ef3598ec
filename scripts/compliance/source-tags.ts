// Clause tags such as [S5B-P-60] in source files and documents.

import { ID_PATTERN } from './requirements.ts';

/** Every requirement id that stands in brackets, each once, in order of appearance. */
export function taggedIds(text: string): string[] {
  const ids = [...text.matchAll(/\[[^[\]]*\]|\([^()]*\)/g)].flatMap(
    ([bracket]) => bracket.match(ID_PATTERN) ?? [],
  );
  return [...new Set(ids)];
}
