// One input out of the file and the settings that override it.

import type { Setting } from './environment.ts';
import { type KeyPath, sections } from './keys.ts';

export type Input = Record<string, unknown>;

/** A copy of the file's values with the settings on top; sections without any key under them count as absent. */
export function merge(fileInput: Input, settings: readonly Setting[]): Input {
  const input = structuredClone(fileInput);
  for (const section of sections) {
    if (section.name !== '' && read(input, section.path) === null) write(input, section.path, {});
  }
  if (!('xmpp' in input)) input.xmpp = {};
  dropReplacedSecret(input, settings);
  for (const { path, value } of settings) write(input, path, value);
  return input;
}

/** The secret has two keys: one from outside takes the place of the other in the file, too. */
function dropReplacedSecret({ xmpp }: Input, settings: readonly Setting[]): void {
  if (!isSection(xmpp)) return;
  if (settingFor(settings, ['xmpp', 'secret'])) delete xmpp.secretFile;
  if (settingFor(settings, ['xmpp', 'secretFile'])) delete xmpp.secret;
}

/** The setting that a value comes from, if it does not come from the file. */
export function settingFor(settings: readonly Setting[], path: KeyPath): Setting | undefined {
  return settings.findLast((setting) => setting.path.every((part, index) => part === path[index]));
}

function read(input: Input, path: readonly string[]): unknown {
  return path.reduce<unknown>((value, part) => (isSection(value) ? value[part] : undefined), input);
}

/** Makes the sections on the way; leaves everything as it is where the file has something else in their place. */
function write(input: Input, path: KeyPath, value: unknown): void {
  const [head, ...rest] = path;
  if (head === undefined) return;
  if (rest.length === 0) {
    input[head] = value;
    return;
  }
  input[head] ??= {};
  const next = input[head];
  if (isSection(next)) write(next, rest, value);
}

function isSection(value: unknown): value is Input {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
