// What all commands share: exit codes, and the options that say where the configuration is.

import { Command, CommanderError } from 'commander';
import type { Environment } from '../config/environment.ts';
import type { Sources } from '../config/load.ts';
import { formatProblem, type Problem } from '../config/problem.ts';
import { version } from '../version.ts';

export const ExitCode = { ok: 0, failure: 1, usage: 2 } as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/** A command that answers --help and --version. */
export function createCommand(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .version(version, '-V, --version', 'print the version and exit')
    .helpOption('-h, --help', 'print this help and exit')
    .exitOverride();
}

/** The options by which a command finds its configuration. */
export interface ConfigOptions {
  readonly config?: string;
  readonly logLevel?: string;
  readonly logFormat?: string;
}

/** There is no option for the secret: everyone on a machine can read what is in argv. [COMP-26] */
export function addConfigOptions(command: Command): Command {
  return command
    .option('-c, --config <file>', 'the configuration file (YAML); without it, the environment alone')
    .option('--log-level <level>', 'instead of log.level: debug, info, warn, error or silent')
    .option('--log-format <format>', 'instead of log.format: json or pretty')
    .addHelpText(
      'after',
      '\nEvery key of the configuration can come from the environment, too: xmpp.domain is STREAMHOST_XMPP_DOMAIN.' +
        '\nThe secret comes from xmpp.secret, STREAMHOST_XMPP_SECRET or, from a file, STREAMHOST_XMPP_SECRET_FILE.' +
        '\nExit codes: 0 success, 1 failure, 2 wrong usage or configuration.',
    );
}

/** Where the configuration of a command comes from. */
export function sourcesOf(options: ConfigOptions, environment: Environment): Sources {
  const { config, logLevel, logFormat } = options;
  const flags = [
    { path: ['log', 'level'], value: logLevel, where: '--log-level' },
    { path: ['log', 'format'], value: logFormat, where: '--log-format' },
  ];
  return { file: config, environment, flags: flags.filter(({ value }) => value !== undefined) };
}

/** What is wrong with a configuration, a line each. */
export function formatProblems(problems: readonly Problem[], { config }: ConfigOptions): string {
  const lines = problems.map(formatProblem);
  if (config === undefined) lines.push('No configuration file was given (--config FILE).');
  return `${lines.join('\n')}\n`;
}

/** Runs the command line; the exit code of a wrong one is 2, that of --help and --version 0. */
export async function run(program: Command, argv: readonly string[]): Promise<void> {
  try {
    await program.parseAsync(argv);
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    process.exitCode = error.exitCode === 0 ? ExitCode.ok : ExitCode.usage;
  }
}
