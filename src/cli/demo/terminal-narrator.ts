// The demo for a terminal: aligned columns, a progress bar, colour unless NO_COLOR is set.

import { styleText } from 'node:util';
import { SingleBar } from 'cli-progress';
import type { Narrator } from './narrator.ts';
import { formatBytes } from './sizes.ts';

const PARTIES_WIDTH = 16;
const BAR_WIDTH = 24;

export function createTerminalNarrator(output: NodeJS.WriteStream): Narrator {
  // styleText looks at the stream and at NO_COLOR, FORCE_COLOR and NODE_DISABLE_COLORS.
  const paint = (format: Parameters<typeof styleText>[0], text: string) =>
    styleText(format, text, { stream: output });
  const write = (line: string) => output.write(`${line}\n`);
  return {
    title: (text) => write(paint('bold', text)),
    chapter: (text) => write(`\n${paint('bold', text)}`),
    step: (parties, what) => write(`  ${paint('cyan', parties.padEnd(PARTIES_WIDTH))} ${what}`),
    table(rows) {
      const width = Math.max(...rows.map(([label]) => label.length));
      for (const [label, value] of rows) write(`  ${paint('dim', label.padEnd(width))}  ${value}`);
    },
    verdict: (isGood, text) => write(`\n${isGood ? paint('green', `✓ ${text}`) : paint('red', `✗ ${text}`)}`),
    progress(total) {
      const bar = new SingleBar({
        format: `  ${paint('green', '{bar}')} {percentage} %  {done} of ${formatBytes(total)}  {rate}`,
        barsize: BAR_WIDTH,
        barCompleteChar: '█',
        barIncompleteChar: '░',
        stream: output,
        hideCursor: true,
      });
      bar.start(Math.max(1, total), 0, { done: formatBytes(0), rate: '' });
      return {
        update: (bytes, rate) => bar.update(total === 0 ? 1 : bytes, { done: formatBytes(bytes), rate }),
        stop: () => bar.stop(),
      };
    },
  };
}
