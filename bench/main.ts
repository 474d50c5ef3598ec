// `npm run bench`: streamhost beside its peers on this machine, in one run.

import { fileURLToPath } from 'node:url';
import { killChildren } from '../test/support/interop/child.ts';
import { compileAll } from './native.ts';
import { type Options, parseOptions, UsageError } from './options.ts';
import { fullPlan, quickPlan } from './plan.ts';
import { report } from './report/report.ts';
import { runAll } from './run.ts';
import { Journal } from './stage.ts';
import { benchTransfers } from './transfer/main.ts';

/** The exit code of a program that SIGINT has ended. */
const INTERRUPTED = 130;

const BENCH_FOLDER = fileURLToPath(new URL('.', import.meta.url));

async function main(options: Options, signal: AbortSignal): Promise<void> {
  const began = performance.now();
  const plan = options.quick ? quickPlan : fullPlan;
  const bench = { plan, tools: await compileAll(), journal: new Journal(), signal };
  const results = await runAll(bench, options);
  await report(results, { bench, options, seconds: (performance.now() - began) / 1000 });
}

/** The first signal ends the children, by their ids, and lets every clean-up run; a second one does not wait for it. */
function abortOnSignal(): AbortSignal {
  const controller = new AbortController();
  const onSignal = () => {
    if (controller.signal.aborted) process.exit(INTERRUPTED);
    controller.abort(new Error('interrupted'));
    killChildren();
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  return controller.signal;
}

const signal = abortOnSignal();
try {
  const [mode, ...rest] = process.argv.slice(2);
  if (mode === 'transfer' && rest.length === 0) await benchTransfers(signal);
  else await main(parseOptions(process.argv.slice(2), BENCH_FOLDER), signal);
} catch (error) {
  if (signal.aborted) process.stderr.write('interrupted\n');
  else if (error instanceof UsageError) process.stderr.write(error.message);
  else process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
  process.exitCode = signal.aborted ? INTERRUPTED : error instanceof UsageError ? 2 : 1;
}
