// A guide's fenced blocks, run as a reader would: commands, files to write, lines to append. What the block is for stands
// behind its language: `file=PATH`, `append=PATH`, `on=router` (another machine), `norun`, `retry` (may
// fail at first).

import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Machine } from './machine.ts';

export interface Block {
  readonly language: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly text: string;
}

/** The blocks of a Markdown file; the path is one from the root of the repository. */
export async function readBlocks(path: string): Promise<Block[]> {
  const markdown = await readFile(fileURLToPath(new URL(`../../${path}`, import.meta.url)), 'utf8');
  return [...markdown.matchAll(/^```(\w+)([^\n]*)\n([\s\S]*?)^```$/gm)].map(
    ([, language = '', rest = '', text = '']) => ({
      language,
      attributes: Object.fromEntries(
        rest
          .trim()
          .split(' ')
          .filter((word) => word !== '')
          .map((word) => [word.split('=')[0] ?? '', word.slice(word.indexOf('=') + 1)]),
      ),
      text,
    }),
  );
}

/** Does on a machine what the guide says for it; what is done on the router is returned. */
export async function follow(machine: Machine, path: string): Promise<Block[]> {
  const blocks = await readBlocks(path);
  for (const { language, attributes, text } of blocks) {
    const { file, append, on, norun, retry } = attributes;
    if (on !== undefined || norun !== undefined) continue;
    if (file !== undefined) await machine.write(file, text);
    else if (append !== undefined) await machine.write(append, text, '>>');
    else if (retry !== undefined) await machine.run(`until (${text}) >/dev/null; do sleep 0.3; done`);
    else if (language === 'sh') await machine.run(text);
  }
  return blocks.filter(({ attributes }) => attributes.on === 'router');
}
