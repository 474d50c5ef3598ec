// Clause tags such as [S5B-P-60] in source files and documents.

import { findIds } from './requirements.ts';

/** Every requirement id that stands in brackets, each once, in order of appearance. */
export function taggedIds(text: string): string[] {
  const brackets = [...text.matchAll(/\[[^[\]]*\]|\([^()]*\)/g)];
  const ids = brackets.flatMap(([bracket]) => findIds(bracket)).map(({ id }) => id);
  return [...new Set(ids)];
}
