// Who tells the demo: somebody for a terminal, or somebody for pipes and logs.

import type { Narrator } from './narrator.ts';
import { createPlainNarrator } from './plain-narrator.ts';
import { createTerminalNarrator } from './terminal-narrator.ts';

export function chooseNarrator(output: NodeJS.WriteStream): Narrator {
  if (output.isTTY) return createTerminalNarrator(output);
  return createPlainNarrator((line) => output.write(`${line}\n`));
}
