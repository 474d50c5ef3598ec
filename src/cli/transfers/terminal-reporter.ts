// Transfers for a terminal: a bar each, with rate and time left, and a line when it is over.

import { styleText } from 'node:util';
import { MultiBar } from 'cli-progress';
import { formatBytes, formatRate } from '../demo/sizes.ts';
import { describeError, describeOutcome, printable, type Reporter } from './reporter.ts';

const BAR_WIDTH = 24;
const NAME_WIDTH = 24;

export function createTerminalReporter(output: NodeJS.WriteStream): Reporter {
  const paint = (format: Parameters<typeof styleText>[0], text: string) =>
    styleText(format, text, { stream: output });
  let bars: MultiBar | undefined;
  let count = 0;
  const close = () => {
    bars?.stop();
    bars = undefined;
  };
  /** Above the bars, if there are any. */
  const print = (line: string) => {
    if (bars === undefined) output.write(`${line}\n`);
    else bars.log(`${line}\n`);
  };
  return {
    ready: (jid) => print(`ready ${jid}`), // programs look for this line, at terminals of theirs as well
    begin({ peer, file, size }) {
      const name = printable(file);
      const begun = performance.now();
      const label = name.length > NAME_WIDTH ? `${name.slice(0, NAME_WIDTH - 1)}…` : name.padEnd(NAME_WIDTH);
      let first: number | undefined;
      print(`offer ${paint('bold', name)} (${formatBytes(size)}) ${paint('dim', printable(peer))}`);
      bars ??= new MultiBar({
        format: `{label} ${paint('green', '{bar}')} {percentage} %  {done} of {all}  {rate}  {left}`,
        barsize: BAR_WIDTH,
        barCompleteChar: '█',
        barIncompleteChar: '░',
        stream: output,
        hideCursor: true,
        clearOnComplete: true,
      });
      count++;
      const all = formatBytes(size);
      const bar = bars.create(Math.max(1, size), 0, {
        label,
        done: formatBytes(0),
        all,
        rate: '',
        left: 'waiting',
      });
      bars.update(); // at once, not with the next tick of its timer
      const end = (line: string) => {
        bars?.remove(bar);
        count--;
        if (count === 0) close(); // before the line, which would wait for a bar to be drawn
        print(line);
      };
      return {
        progress(bytes) {
          first ??= bytes;
          const ms = performance.now() - begun;
          const left = describeLeft(size - bytes, (bytes - first) / ms);
          bar.update(size === 0 ? 1 : bytes, {
            done: formatBytes(bytes),
            rate: formatRate(bytes - first, ms),
            left,
          });
        },
        done: (outcome) => end(`${paint('green', '✓')} ${name} (${all}) ${describeOutcome(outcome)}`),
        failed: (error) => end(`${paint('red', '✗')} ${name}: ${printable(describeError(error))}`),
      };
    },
    note: (text) => print(paint('yellow', printable(text))),
    close,
  };
}

/** @param rate in bytes per millisecond */
function describeLeft(bytes: number, rate: number): string {
  const seconds = rate > 0 ? Math.ceil(bytes / rate / 1000) : Number.POSITIVE_INFINITY;
  if (!Number.isFinite(seconds)) return '';
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return `${parts.map((part) => `${part}`.padStart(2, '0')).join(':')} left`;
}
