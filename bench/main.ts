// `npm run bench`: streamhost beside its peers on this machine, in one run.

import { fileURLToPath } from 'node:url';
import { killChildren } from '../test/support/interop/child.ts';
import { compileAll } from './native.ts';
import { type Options, parseOptions, USAGE } from './options.ts';
import { fullPlan, quickPlan } from './plan.ts';
import { report } from './report/report.ts';
import { runAll } from './run.ts';
import { Journal } from './stage.ts';

const BENCH_FOLDER = fileURLToPath(new URL('.', import.meta.url));

async function main(options: Options): Promise<void> {
  const began = performance.now();
  const journal = new Journal();
  const bench = { plan: options.quick ? quickPlan : fullPlan, tools: await compileAll(), journal };
  const results = await runAll(bench, options);
  await report(results, { bench, options, seconds: (performance.now() - began) / 1000 });
}

/** The exit handlers end the children by their ids and remove what was compiled. */
function onSignal(): void {
  killChildren();
  process.exit(130);
}

process.on('SIGINT', onSignal).on('SIGTERM', onSignal);

try {
  const options = parseOptions(process.argv.slice(2), BENCH_FOLDER);
  await main(options);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.stack : error}\n\n${USAGE}`);
  process.exitCode = 1;
}
