// `streamhost serve`: runs the daemon until a signal asks it to stop; SIGHUP reloads its configuration. [S5B-P-88]

import type { Command } from 'commander';
import { formatAddress } from '../config/host.ts';
import { loadConfig } from '../config/load.ts';
import { type Daemon, StartError, startDaemon } from '../daemon.ts';
import { version } from '../version.ts';
import { addConfigOptions, type ConfigOptions, formatProblems, sourcesOf } from './config-options.ts';
import { type ServiceManager, serviceManager } from './systemd/service-manager.ts';
import { createCommand, ExitCode } from './usage.ts';

/** How long the process may live on after everything has been closed, in milliseconds. */
const LAST_BREATH_MS = 2000;

export function serveCommand(): Command {
  return addConfigOptions(
    createCommand('serve', 'Join the XMPP server and relay streams, until SIGTERM or SIGINT.'),
  ).action(async (options: ConfigOptions) => {
    process.exitCode = await serve(options);
    // Nothing should be left that keeps the process alive; should there be, it must not do so for ever.
    setTimeout(() => process.exit(), LAST_BREATH_MS).unref();
  });
}

async function serve(options: ConfigOptions): Promise<ExitCode> {
  const loaded = await loadConfig(sourcesOf(options, process.env));
  if (!loaded.ok) {
    process.stderr.write(formatProblems(loaded.problems, options));
    return ExitCode.usage;
  }
  for (const warning of loaded.warnings) complain(`warning: ${warning}`);
  const stopRequested = firstSignal();
  const reloadRequests = hangups();
  const systemd = serviceManager(process.env, complain);
  let graceMs = loaded.config.timeouts.shutdown;
  try {
    const daemon = await startDaemon(loaded.config, { version });
    systemd.ready(describe(daemon));
    reloadRequests.serve(async () => {
      graceMs = (await reload(daemon, options, systemd)) ?? graceMs;
    });
    const failure = await Promise.race([stopRequested, daemon.failed]);
    if (failure) complain(failure.message);
    systemd.stopping(graceMs);
    await daemon.stop();
    return failure ? ExitCode.failure : ExitCode.ok;
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    complain(error.message);
    return ExitCode.failure;
  }
}

/** Resolves at the first SIGTERM or SIGINT; whoever sends a second one does not want to wait. */
function firstSignal(): Promise<undefined> {
  return new Promise((resolve) => {
    let asked = false;
    const onSignal = () => {
      if (asked) process.exit(ExitCode.failure);
      asked = true;
      resolve(undefined);
    };
    process.on('SIGTERM', onSignal).on('SIGINT', onSignal);
  });
}

/** Reads the configuration again; the log says what came of it. The grace of a later stop, if the new one is in force. */
async function reload(
  daemon: Daemon,
  options: ConfigOptions,
  systemd: ServiceManager,
): Promise<number | undefined> {
  systemd.reloading();
  const loaded = await loadConfig(sourcesOf(options, process.env));
  for (const warning of loaded.ok ? loaded.warnings : []) complain(`warning: ${warning}`);
  const isInForce = await daemon.reload(loaded);
  systemd.ready(isInForce ? describe(daemon) : `${describe(daemon)}; the last reload was rejected`);
  return isInForce && loaded.ok ? loaded.config.timeouts.shutdown : undefined;
}

/** For a person who asks systemd. */
function describe({ addresses }: Daemon): string {
  return `Accepting at ${addresses.map(({ host, port }) => formatAddress(host, port)).join(', ')}`;
}

/** SIGHUP, which would end the process; what comes before there is a daemon is served then. One after the other. */
function hangups(): { serve(answer: () => Promise<void>): void } {
  let asked = false;
  let onSignal = () => {
    asked = true;
  };
  process.on('SIGHUP', () => onSignal());
  return {
    serve(answer) {
      let last = Promise.resolve();
      onSignal = () => {
        last = last.then(answer).catch((error) => complain(`cannot reload: ${error}`));
      };
      if (asked) onSignal();
    },
  };
}

function complain(message: string): void {
  process.stderr.write(`streamhost: ${message}\n`);
}
