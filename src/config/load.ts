// From file, environment and flags, the later ones winning, to a checked configuration or a list of problems.

import { dirname, resolve } from 'node:path';
import { checkSecretSource, crossCheck } from './cross-checks.ts';
import { type Environment, readEnvironment, type Setting } from './environment.ts';
import { type FileContent, type FileReading, readConfigFile } from './file.ts';
import type { KeyPath } from './keys.ts';
import { merge, settingFor } from './merge.ts';
import { type Problem, tidy, toProblems } from './problem.ts';
import { type Loaded, readReferences } from './references.ts';
import { type ConfigFile, configSchema } from './schema.ts';

export type { Loaded };

export interface Sources {
  /** Path of the configuration file; without it the environment has to give what is needed. */
  readonly file?: string | undefined;
  readonly environment: Environment;
  /** Values from the command line. */
  readonly flags?: readonly Setting[];
}

const NO_FILE: FileContent = { input: {}, locate: () => undefined };

/** Reads and checks everything, the secret's file included. All problems that can be seen at once are listed. */
export async function loadConfig({ file, ...others }: Sources): Promise<Loaded> {
  const fromFile: FileReading =
    file === undefined ? { ok: true, content: NO_FILE } : await readConfigFile(file);
  const checked = checkConfig(fromFile, others);
  if (!checked.ok) return checked;
  const { config, locate, settings } = checked;
  const fileFolder = file === undefined ? '.' : dirname(file);
  return readReferences(config, {
    locate,
    resolve: (path, value) => resolve(settingFor(settings, path) ? '.' : fileFolder, value),
    secretIsIn: settingFor(settings, ['xmpp', 'secret']) ? undefined : file,
  });
}

type Checked =
  | {
      readonly ok: true;
      readonly config: ConfigFile;
      readonly settings: readonly Setting[];
      locate(path: KeyPath): string | undefined;
    }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** The part that touches no file: merges what was read with environment and flags, and checks every key. */
export function checkConfig(
  fromFile: FileReading,
  { environment, flags = [] }: Omit<Sources, 'file'>,
): Checked {
  const fromEnvironment = readEnvironment(environment);
  if (!fromFile.ok) return { ok: false, problems: tidy([...fromFile.problems, ...fromEnvironment.problems]) };

  const settings = [...fromEnvironment.settings, ...flags];
  const input = merge(fromFile.content.input, settings);
  const locate = (path: KeyPath) => settingFor(settings, path)?.where ?? fromFile.content.locate(path);
  const parsed = configSchema.safeParse(input);
  const problems = [
    ...(parsed.success
      ? crossCheck(parsed.data, locate)
      : parsed.error.issues.flatMap((issue) => toProblems(issue, input, locate))),
    ...checkSecretSource(input, locate),
    ...fromEnvironment.problems,
  ];
  if (!parsed.success || problems.length > 0) return { ok: false, problems: tidy(problems) };
  return { ok: true, config: parsed.data, settings, locate };
}
