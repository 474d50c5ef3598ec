// What differs between two configurations, and which of it takes effect only after a restart.

import { isDeepStrictEqual } from 'node:util';
import type { Config } from './schema.ts';

/** Sections and keys that are read once, at the start. */
const FIXED = ['xmpp', 'http', 'relay', 'identity', 'log.format'];

export interface Changes {
  /** The names of all keys whose values differ; of a list its own name. Never a value. */
  readonly changed: readonly string[];
  /** Those among them that stay as they were. */
  readonly needRestart: readonly string[];
  /** The new configuration, with the old values of what needs a restart. */
  readonly effective: Config;
}

/** @param running the configuration in force @param next a valid one */
export function compareConfigs(running: Config, next: Config): Changes {
  const changed = differences(running, next, []).sort();
  return {
    changed,
    needRestart: changed.filter((key) => FIXED.some((fixed) => key === fixed || key.startsWith(`${fixed}.`))),
    effective: {
      ...next,
      xmpp: running.xmpp,
      http: running.http,
      relay: running.relay,
      identity: running.identity,
      log: { ...next.log, format: running.log.format },
    },
  };
}

function differences(before: unknown, after: unknown, path: readonly string[]): string[] {
  if (isDeepStrictEqual(before, after)) return [];
  if (!isSection(before) || !isSection(after)) return [nameOf(path)];
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].flatMap((name) => differences(before[name], after[name], [...path, name]));
}

const FROM_FILES: Readonly<Record<string, string>> = {
  'audit.key': 'audit.keyFile',
  'http.token': 'http.tokenFile',
};

/** Keys and tokens come from the files that the configuration names. */
function nameOf(path: readonly string[]): string {
  const name = path.join('.');
  return FROM_FILES[name] ?? name;
}

function isSection(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
