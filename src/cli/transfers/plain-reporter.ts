// Transfers for logs and pipes: plain lines, and one of progress every ten per cent.

import { formatBytes } from '../demo/sizes.ts';
import { describeError, describeOutcome, printable, type Reporter } from './reporter.ts';

const EVERY_PERCENT = 10;

export function createPlainReporter(print: (line: string) => void): Reporter {
  return {
    ready: (jid) => print(`ready ${jid}`),
    begin({ peer, file, size }) {
      const name = printable(file);
      let told = 0;
      print(`offer ${name} (${formatBytes(size)}) ${printable(peer)}`);
      return {
        progress(bytes) {
          const percent = size === 0 ? 100 : Math.floor((bytes / size) * 100);
          if (percent - told < EVERY_PERCENT) return;
          told = percent - (percent % EVERY_PERCENT);
          print(`progress ${name} ${told} %`);
        },
        done: (outcome) => print(`done ${name} (${formatBytes(size)}) ${describeOutcome(outcome)}`),
        failed: (error) => print(`failed ${name} ${printable(peer)}: ${printable(describeError(error))}`),
      };
    },
    note: (text) => print(`note ${printable(text)}`),
    close: () => {},
  };
}
