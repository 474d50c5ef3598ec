// `npm run soak -- --minutes N`: hands the minutes, and whatever else there is, to vitest.

import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';

const options = { minutes: { type: 'string', default: '3' } } as const;
const { values, tokens } = parseArgs({ options, strict: false, allowPositionals: true, tokens: true });
const minutes = Number(values.minutes);
if (!(minutes > 0)) {
  console.error(`--minutes ${values.minutes}: expected a number above 0`);
  process.exit(2);
}
const others = tokens.flatMap((token) => {
  if (token.kind === 'option' && token.name === 'minutes') return [];
  return process.argv.slice(2)[token.index] ?? [];
});
const run = spawnSync('npx', ['vitest', 'run', '--config', 'vitest.soak.config.ts', ...others], {
  stdio: 'inherit',
  env: { ...process.env, SOAK_MINUTES: String(minutes) },
});
process.exitCode = run.status ?? 1;
