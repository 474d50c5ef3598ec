// Environment variables as settings: STREAMHOST_ and the key's path in capitals.

import { parse } from 'yaml';
import { ENV_PREFIX, type Key, type KeyPath, keys } from './keys.ts';
import { nearest } from './nearest.ts';
import { type Problem, show } from './problem.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** One value from outside the file. */
export interface Setting {
  readonly path: KeyPath;
  readonly value: unknown;
  /** The variable or the flag. */
  readonly where: string;
}

export interface EnvironmentReading {
  readonly settings: readonly Setting[];
  readonly problems: readonly Problem[];
}

/** What the commands take that speak for a user; they may be set beside the configuration. */
const OF_USERS = new Set(['STREAMHOST_PASSWORD', 'STREAMHOST_OTHER_PASSWORD']);

/** Reads every STREAMHOST_ variable; an empty one counts as not set. */
export function readEnvironment(environment: Environment): EnvironmentReading {
  const settings: Setting[] = [];
  const problems: Problem[] = [];
  for (const [variable, text] of Object.entries(environment)) {
    if (!variable.startsWith(ENV_PREFIX) || text === undefined || text === '') continue;
    if (isServiceLink(variable, text) || OF_USERS.has(variable)) continue;
    const key = keys.find((candidate) => candidate.variable === variable);
    if (key === undefined) {
      problems.push({ where: variable, message: unknownVariable(variable) });
      continue;
    }
    const reading = readValue(key, text);
    if (reading.ok) settings.push({ path: key.path, value: reading.value, where: variable });
    else problems.push({ where: variable, key: key.name, message: reading.message });
  }
  return { settings, problems };
}

/**
 * Docker and Kubernetes give every container variables about the services beside it, and one that is called
 * `streamhost` or `streamhost-http` gives STREAMHOST_PORT=tcp://…, STREAMHOST_SERVICE_HOST and so on.
 */
function isServiceLink(variable: string, text: string): boolean {
  if (/_SERVICE_(HOST|PORT(_\w+)?)$|_PORT_\d+_(TCP|UDP|SCTP)_(PROTO|PORT|ADDR)$/.test(variable)) return true;
  // STREAMHOST_HTTP_PORT may be a key's, too.
  return /_PORT(_\d+_(TCP|UDP|SCTP))?$/.test(variable) && /^(tcp|udp|sctp):\/\//.test(text);
}

function unknownVariable(variable: string): string {
  const known = keys.map((key) => key.variable);
  const suggestion = nearest(
    variable.slice(ENV_PREFIX.length),
    known.map((name) => name.slice(ENV_PREFIX.length)),
  );
  if (suggestion === undefined) return 'unknown variable, expected one that docs/CONFIGURATION.md lists';
  return `unknown variable, did you mean ${ENV_PREFIX}${suggestion}?`;
}

type Value =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly message: string };

/** Text into what the key wants; a text that does not fit is left for the schema to complain about. */
function readValue(key: Key, text: string): Value {
  switch (key.type) {
    case 'integer':
      return { ok: true, value: /^\d{1,15}$/.test(text) ? Number(text) : text };
    case 'boolean':
      return { ok: true, value: text === 'true' ? true : text === 'false' ? false : text };
    case 'strings':
      return isFlowList(text) ? readFlowList(key, text) : { ok: true, value: splitList(text) };
    case 'addresses':
      return isFlowList(text) ? readFlowList(key, text) : readAddresses(key, text);
    case 'sections':
      return isFlowList(text) ? readFlowList(key, text) : { ok: true, value: text };
    default:
      return { ok: true, value: text };
  }
}

/** `[a, b]`, but not `[::]:7777`. */
function isFlowList(text: string): boolean {
  return /^\s*\[.*\]\s*$/s.test(text);
}

function readFlowList(key: Key, text: string): Value {
  try {
    return { ok: true, value: parse(text) };
  } catch {
    return { ok: false, message: `found ${show(text, key.path)}, expected a YAML list such as [a, b]` };
  }
}

function splitList(text: string): string[] {
  return text.split(',').map((entry) => entry.trim());
}

function readAddresses(key: Key, text: string): Value {
  const addresses: { host: string; port: number }[] = [];
  for (const entry of splitList(text)) {
    const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(entry) ?? [];
    const host = bracketed ?? plain;
    if (host === undefined) {
      return { ok: false, message: `found ${show(entry, key.path)}, expected HOST:PORT, IPv6 in brackets` };
    }
    addresses.push({ host, port: Number(port) });
  }
  return { ok: true, value: addresses };
}
