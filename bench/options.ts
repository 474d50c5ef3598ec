// The command line of the bench.

import { parseArgs } from 'node:util';
import type { EngineName } from './contenders/ours.ts';

const ENGINES: readonly EngineName[] = ['splice', 'stream'];
const MEASURES = [1, 2, 3, 4, 5, 6, 7] as const;
export type MeasureNumber = (typeof MEASURES)[number];

const USAGE = `npm run bench -- [--quick] [--only 1,3] [--engines splice,stream] [--out FOLDER]
       npm run bench -- transfer     files from end to end: writes bench/TRANSFER.md

  --quick     under two minutes, fewer rounds; prints only
  --only      the tables to measure, of 1 to 7; prints only
  --engines   which of our engines take part
  --out       write RESULTS.md and streams.svg there, whatever else is given
              (default: bench/, when everything is measured)
`;

/** The message says what was expected, and how to say it. */
export class UsageError extends Error {
  override readonly name = 'UsageError';

  constructor(message: string) {
    super(`${message}\n\n${USAGE}`);
  }
}

export interface Options {
  readonly quick: boolean;
  readonly only: ReadonlySet<MeasureNumber>;
  readonly engines: readonly EngineName[];
  /** Where to write; undefined to print only. */
  readonly out: string | undefined;
}

/** @throws UsageError */
export function parseOptions(args: readonly string[], defaultOut: string): Options {
  const values = read(args);
  const only = chosen('--only', values.only, MEASURES.map(String)).map(Number) as MeasureNumber[];
  const complete = !values.quick && values.only === undefined && values.engines === undefined;
  return {
    quick: values.quick,
    only: new Set(only),
    engines: chosen('--engines', values.engines, ENGINES) as EngineName[],
    out: values.out ?? (complete ? defaultOut : undefined),
  };
}

function read(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        quick: { type: 'boolean', default: false },
        only: { type: 'string' },
        engines: { type: 'string' },
        out: { type: 'string' },
      },
    }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/** The parts of a list with commas, or everything without one. */
function chosen(option: string, text: string | undefined, all: readonly string[]): readonly string[] {
  if (text === undefined) return all;
  const parts = text.split(',').map((part) => part.trim());
  const unknown = parts.find((part) => !all.includes(part));
  if (unknown !== undefined)
    throw new UsageError(`${option}: expected some of ${all.join(',')}, not "${unknown}"`);
  return parts;
}
