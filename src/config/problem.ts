// What is wrong with a configuration, one line each: where, which key, what was found, what was expected.

import type * as z from 'zod';
import { expectedAt, formatPath, type KeyPath, keys, namesAt, SECRET_KEY } from './keys.ts';
import { nearest } from './nearest.ts';

export interface Problem {
  /** `streamhost.yaml:12`, an environment variable or a flag; absent when it is in none of them. */
  readonly where?: string | undefined;
  /** The key's path; absent when the problem is with the whole source. */
  readonly key?: string;
  readonly message: string;
}

/** `streamhost.yaml:12: timeouts.halfClose: found "soon", expected a duration …` */
export function formatProblem({ where, key, message }: Problem): string {
  return [where, key, message].filter((part) => part !== undefined && part !== '').join(': ');
}

/** In the order of the file's lines, what is elsewhere after them; a key that breaks two rules at once is told once. */
export function tidy(problems: readonly Problem[]): Problem[] {
  const told = new Set<string>();
  const distinct = problems.filter(({ where = '', key = '' }) => {
    const place = `${where} ${key}`;
    const isNew = !told.has(place);
    told.add(place);
    return isNew;
  });
  return distinct.sort((a, b) => lineOf(a) - lineOf(b));
}

/** One problem for each unknown key, or the one that the issue is about. */
export function toProblems(
  issue: z.core.$ZodIssue,
  input: unknown,
  locate: (path: KeyPath) => string | undefined,
): Problem[] {
  const path = issue.path.filter((part) => typeof part !== 'symbol');
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((name) => ({
      where: locate([...path, name]),
      key: formatPath([...path, name]),
      message: unknownKey(name, path),
    }));
  }
  const message = badValue(path, valueAt(input, path));
  return [{ where: locate(path), key: formatPath(path), message }];
}

/** A value as a message may show it: short, and the secret never. [COMP-26] */
export function show(value: unknown, path: KeyPath): string {
  if (value === undefined || value === null) return 'nothing';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'object') return 'a section';
  if (formatPath(path) === SECRET_KEY && value !== '')
    return typeof value === 'string' ? 'a text' : `a ${typeof value}`;
  const shown = JSON.stringify(value) ?? String(value);
  return shown.length > 60 ? `${shown.slice(0, 60)}…` : shown;
}

/** The words that follow an unknown name: the nearest known one, or all that may stand there. */
function unknownKey(name: string, parent: KeyPath): string {
  const siblings = namesAt(parent);
  const sibling = nearest(name, siblings);
  const isElsewhere = keys.some((key) => key.path.at(-1) === name);
  const lostItsSection = parent.length === 0 && isElsewhere;
  if (sibling !== undefined && !lostItsSection)
    return `unknown key, did you mean ${formatPath([...parent, sibling])}?`;
  const elsewhere = keys.filter((key) => nearest(name, [key.path.at(-1) ?? '']) !== undefined);
  const [best] = elsewhere.filter((key) => key.path.at(-1) === name).concat(elsewhere);
  if (best !== undefined) return `unknown key, did you mean ${best.name}?`;
  return `unknown key, expected ${siblings.join(', ')}`;
}

function lineOf({ where = '' }: Problem): number {
  return Number(/:(\d+)$/.exec(where)?.[1] ?? Number.MAX_SAFE_INTEGER);
}

function badValue(path: KeyPath, value: unknown): string {
  const expected = expectedAt(path) ?? 'another value';
  if (value === undefined) {
    const variable = keys.find((key) => key.name === formatPath(path))?.variable;
    return `missing, expected ${expected}${variable === undefined ? '' : ` (or set ${variable})`}`;
  }
  const isBareText = (typeof value === 'number' || typeof value === 'boolean') && expected.startsWith('text');
  return `found ${show(value, path)}, expected ${isBareText ? 'text in quotes' : expected}`;
}

function valueAt(input: unknown, path: KeyPath): unknown {
  let value = input;
  for (const part of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined;
    value = (value as Record<string | number, unknown>)[part];
  }
  return value;
}
