// What all commands share: help, version and exit codes.

import { Command, CommanderError } from 'commander';
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

/** Runs the command line; the exit code of a wrong one is 2, that of --help and --version 0. */
export async function run(program: Command, argv: readonly string[]): Promise<void> {
  try {
    await program.parseAsync(argv);
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    process.exitCode = error.exitCode === 0 ? ExitCode.ok : ExitCode.usage;
  }
}
