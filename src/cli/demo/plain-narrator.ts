// The demo as plain lines, for logs and pipes: no colour, a line of progress every ten per cent.

import type { Narrator } from './narrator.ts';
import { formatBytes } from './sizes.ts';

const STEP_PERCENT = 10;

export function createPlainNarrator(write: (line: string) => void): Narrator {
  return {
    title: write,
    chapter: (text) => write(`\n${text}`),
    step: (parties, what) => write(`${parties}: ${what}`),
    table(rows) {
      for (const [label, value] of rows) write(`${label}: ${value}`);
    },
    verdict: (isGood, text) => write(`\n${isGood ? 'OK' : 'FAILED'}: ${text}`),
    progress(total) {
      let told = 0;
      return {
        update(bytes, rate) {
          const percent = total === 0 ? 100 : Math.floor((bytes / total) * 100);
          const reached = percent - (percent % STEP_PERCENT);
          if (reached <= told) return;
          told = reached;
          write(`${reached} %: ${formatBytes(bytes)} of ${formatBytes(total)}, ${rate}`);
        },
        stop() {},
      };
    },
  };
}
