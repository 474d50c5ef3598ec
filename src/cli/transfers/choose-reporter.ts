// Who tells of transfers: for programs, for a terminal, or for pipes and logs.

import { createJsonReporter } from './json-reporter.ts';
import { createPlainReporter } from './plain-reporter.ts';
import type { Reporter } from './reporter.ts';
import { createTerminalReporter } from './terminal-reporter.ts';

export function chooseReporter(output: NodeJS.WriteStream, json: boolean): Reporter {
  const print = (line: string) => void output.write(`${line}\n`);
  if (json) return createJsonReporter(print);
  return output.isTTY ? createTerminalReporter(output) : createPlainReporter(print);
}
