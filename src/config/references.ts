// The files that a configuration names: the secret's, the authorities', the audit's and its key's, the quotas'. [COMP-26]

import { stat } from 'node:fs/promises';
import { describeReadError, readText } from './file.ts';
import type { KeyPath } from './keys.ts';
import type { Problem } from './problem.ts';
import type { Config, ConfigFile } from './schema.ts';

/** Where the values came from. */
export interface Origins {
  locate(path: KeyPath): string | undefined;
  /** The absolute path of a file: as seen from the configuration file, or from the working folder. */
  resolve(path: KeyPath, value: string): string;
  /** The configuration file, if the secret itself may be in it. */
  readonly secretIsIn: string | undefined;
}

export type Loaded =
  | { readonly ok: true; readonly config: Config; readonly warnings: readonly string[] }
  | { readonly ok: false; readonly problems: readonly Problem[] };

interface Reading {
  /** What was wanted from the file. */
  readonly text?: string;
  readonly path?: string | undefined;
  readonly problem?: Problem;
}

/** Reads the files; the configuration is complete with what they hold. */
export async function readReferences(parsed: ConfigFile, origins: Origins): Promise<Loaded> {
  const { secret, secretFile, caFile, ...xmpp } = parsed.xmpp;
  const secretReading: Reading =
    secretFile === undefined
      ? { text: secret ?? '', path: origins.secretIsIn }
      : await readReference(['xmpp', 'secretFile'], secretFile, origins, firstLine);
  const caReading: Reading =
    caFile === undefined ? {} : await readReference(['xmpp', 'caFile'], caFile, origins, certificates);
  const { keyFile, file, ...audit } = parsed.audit;
  const keyReading: Reading =
    keyFile === undefined ? {} : await readReference(['audit', 'keyFile'], keyFile, origins, firstLine);
  const { tokenFile, ...http } = parsed.http;
  const tokenReading: Reading =
    tokenFile === undefined ? {} : await readReference(['http', 'tokenFile'], tokenFile, origins, firstLine);
  const problems = [secretReading, caReading, keyReading, tokenReading].flatMap(
    ({ problem }) => problem ?? [],
  );
  if (problems.length > 0) return { ok: false, problems };

  const warnings: string[] = [];
  for (const [what, { path }] of [
    ['secret', secretReading],
    ['key of the audit', keyReading],
    ['token of the http port', tokenReading],
  ] as const) {
    if (path === undefined || !(await isReadableByAll(path))) continue;
    warnings.push(`${path} holds the ${what} and can be read by every user of this machine: chmod o-r`);
  }
  if (caReading.path !== undefined && !xmpp.service.startsWith('xmpps://')) {
    warnings.push('xmpp.caFile has no effect: xmpp.service is not an xmpps:// address');
  }
  const ca = caReading.path === undefined ? {} : { caFile: caReading.path };
  const link = { ...xmpp, ...ca, secret: secretReading.text ?? '' };
  const log = {
    ...audit,
    ...(file !== undefined && { file: origins.resolve(['audit', 'file'], file) }),
    ...(keyReading.text !== undefined && { key: keyReading.text }),
  };
  const { store, ...quotas } = parsed.quotas;
  const sums = {
    ...quotas,
    ...(store !== undefined && { store: origins.resolve(['quotas', 'store'], store) }),
  };
  const port = { ...http, ...(tokenReading.text !== undefined && { token: tokenReading.text }) };
  return { ok: true, config: { ...parsed, http: port, xmpp: link, audit: log, quotas: sums }, warnings };
}

/** Reads one file; `interpret` returns undefined and a complaint is made when it does not hold what it should. */
async function readReference(
  key: readonly [string, string],
  value: string,
  origins: Origins,
  { interpret, expected }: { interpret(content: string): string | undefined; readonly expected: string },
): Promise<Reading> {
  const path = origins.resolve(key, value);
  const refuse = (message: string): Reading => ({
    problem: { where: origins.locate(key), key: key.join('.'), message: `${path}: ${message}` },
  });
  try {
    const text = interpret(await readText(path));
    return text === undefined ? refuse(expected) : { text, path };
  } catch (error) {
    return refuse(describeReadError(error));
  }
}

const firstLine = {
  interpret(content: string) {
    const line = content.replace(/^\uFEFF/, '').split(/\r?\n/)[0];
    return line?.trim() ? line : undefined;
  },
  expected: 'its first line is empty, expected the secret there',
};

const certificates = {
  interpret: (content: string) => (content.includes('-----BEGIN CERTIFICATE-----') ? content : undefined),
  expected: 'no certificate in it, expected a PEM file',
};

/** Whether every user of the machine may read a file; false where there are no such modes. */
async function isReadableByAll(path: string): Promise<boolean> {
  if (process.platform === 'win32') return false;
  return ((await stat(path)).mode & 0o004) !== 0;
}
