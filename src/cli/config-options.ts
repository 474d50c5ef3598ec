// The options that say where the configuration is, for the commands that have one; the others do without its schema.

import type { Command } from 'commander';
import type { Environment } from '../config/environment.ts';
import type { Sources } from '../config/load.ts';
import { formatProblem, type Problem } from '../config/problem.ts';

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
