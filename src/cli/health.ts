// `streamhost health`: asks a running daemon on this machine how it is; for Docker's HEALTHCHECK, cron and people.

import type { Command } from 'commander';
import { formatAddress } from '../config/host.ts';
import { loadConfig } from '../config/load.ts';
import { addConfigOptions, type ConfigOptions, formatProblems, sourcesOf } from './config-options.ts';
import { createCommand, ExitCode } from './usage.ts';

interface HealthOptions extends ConfigOptions {
  readonly ready?: boolean;
}

/** Below the five seconds that the image's HEALTHCHECK allows, so that the reason is told. */
const DEADLINE_MS = 4000;

/** Where a daemon that listens on every address is reached from its own machine. */
const ownAddress: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' };

export function healthCommand(): Command {
  return addConfigOptions(
    createCommand('health', 'Ask the daemon that runs here with this configuration whether it is well.'),
  )
    .option('--ready', 'ask whether it can do its work, too: listening and joined to the XMPP server')
    .action(async (options: HealthOptions) => {
      process.exitCode = await health(options);
    });
}

async function health(options: HealthOptions): Promise<ExitCode> {
  const loaded = await loadConfig(sourcesOf(options, process.env));
  if (!loaded.ok) {
    process.stderr.write(formatProblems(loaded.problems, options));
    return ExitCode.usage;
  }
  const { enabled, host, port, token } = loaded.config.http;
  if (!enabled) {
    process.stderr.write('streamhost: http.enabled is false, so there is nothing to ask\n');
    return ExitCode.usage;
  }
  const path = options.ready ? '/readyz?verbose' : '/healthz';
  const answer = await ask(`http://${formatAddress(ownAddress[host] ?? host, port)}${path}`, token);
  if (answer.ok) process.stdout.write(answer.text);
  else process.stderr.write(answer.text);
  return answer.ok ? ExitCode.ok : ExitCode.failure;
}

/** What the daemon says of itself, or why it says nothing. */
async function ask(url: string, token: string | undefined): Promise<{ ok: boolean; text: string }> {
  const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
  try {
    const response = await fetch(url, { headers, signal: AbortSignal.timeout(DEADLINE_MS) });
    return { ok: response.ok, text: await response.text() };
  } catch (error) {
    return { ok: false, text: `${url}: ${reasonOf(error)}\n` };
  }
}

/** fetch says only that it failed; its cause says why. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return `no answer within ${DEADLINE_MS} ms`;
  return error.cause instanceof Error ? error.cause.message : error.message;
}
