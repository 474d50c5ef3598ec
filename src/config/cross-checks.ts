// Keys that are each in order and still do not go together.

import { DEFAULT_CLASS } from '../policy/classes.ts';
import { inWords } from './amounts-in-words.ts';
import { formatAddress, parseHost } from './host.ts';
import { formatPath, type KeyPath } from './keys.ts';
import type { Problem } from './problem.ts';
import type { ConfigFile } from './schema.ts';

type Locate = (path: KeyPath) => string | undefined;
type Address = { readonly host: string; readonly port: number };

/** What two or more keys contradict each other about. */
export function crossCheck(config: ConfigFile, locate: Locate): Problem[] {
  const problems: Problem[] = [];
  const complain = (path: KeyPath, message: string) => {
    problems.push({ where: locate(path), key: formatPath(path), message });
  };
  for (const list of ['listen', 'streamhosts'] as const) {
    for (const [index, address] of repeated(config[list] ?? [])) {
      complain([list, index], `${formatAddress(address.host, address.port)} is listed twice`);
    }
  }
  for (const [index, address] of config.listen.entries()) {
    const other = config.listen.slice(0, index).find((earlier) => clashes(earlier, address));
    if (other === undefined) continue;
    const [where, taken] = [address, other].map(({ host, port }) => formatAddress(host, port));
    complain(
      ['listen', index],
      `${where} is listened to by the entry ${taken} already; expected one of the two`,
    );
  }
  const clash = config.listen.find((address) => config.http.enabled && overlaps(address, config.http));
  if (clash !== undefined) {
    complain(['http', 'port'], `${config.http.port} is a port of \`listen\`, too; expected another one`);
  }
  const { first, max } = config.xmpp.reconnect;
  if (first > max) complain(['xmpp', 'reconnect', 'first'], tooLong(first, 'xmpp.reconnect.max', max));
  for (const [index, { name }] of config.classes.entries()) {
    const first = config.classes.findIndex((entry) => entry.name === name);
    if (first !== index)
      complain(['classes', index, 'name'], `${name} is the name of classes[${first}], too`);
    if (name === DEFAULT_CLASS) {
      complain(
        ['classes', index, 'name'],
        `${name} is what everyone is in who is in no class; expected another`,
      );
    }
  }
  if (config.quotas.store === undefined && hasQuota(config)) {
    complain(['quotas', 'store'], 'missing, expected the path of a folder that keeps what quotas count');
  }
  return problems;
}

function tooLong(found: number, key: string, most: number): string {
  return `found ${inWords(found)}, expected at most ${key}, which is ${inWords(most)}`;
}

/** The secret must come from exactly one place; judged before the schema, so that it is told beside other problems. */
export function checkSecretSource(input: Readonly<Record<string, unknown>>, locate: Locate): Problem[] {
  const { xmpp } = input;
  if (typeof xmpp !== 'object' || xmpp === null) return [];
  const hasSecret = 'secret' in xmpp;
  const hasFile = 'secretFile' in xmpp;
  if (hasSecret !== hasFile) return [];
  if (!hasSecret) {
    const message =
      'missing, expected it, or xmpp.secretFile with the path of a file that has it ' +
      '(or set STREAMHOST_XMPP_SECRET or STREAMHOST_XMPP_SECRET_FILE)';
    return [{ where: locate(['xmpp']), key: 'xmpp.secret', message }];
  }
  const other = locate(['xmpp', 'secret']);
  const message = `xmpp.secret is given, too${other === undefined ? '' : ` (${other})`}; expected only one of them`;
  return [{ where: locate(['xmpp', 'secretFile']), key: 'xmpp.secretFile', message }];
}

/** Whether anybody's bytes are limited, in general or in a class. */
function hasQuota({ quotas, classes }: ConfigFile): boolean {
  return [quotas, ...classes.map((entry) => entry.quotas ?? {})].some(({ user, domain }) =>
    [user?.day, user?.month, domain?.day, domain?.month].some(Number.isFinite),
  );
}

/** Entries whose host and port have been listed before. [S5B-P-19] */
function repeated(addresses: readonly Address[]): [number, Address][] {
  const seen = new Set<string>();
  return [...addresses.entries()].filter(([, { host, port }]) => {
    const address = formatAddress(host.toLowerCase(), port);
    const again = port !== 0 && seen.has(address);
    seen.add(address);
    return again;
  });
}

/** Of two entries of `listen` that are not the same: only one of them could be bound. */
function clashes(a: ConfigFile['listen'][number], b: ConfigFile['listen'][number]): boolean {
  return a.host !== b.host && overlaps(a, b) && !(a.reusePort && b.reusePort);
}

/** Whether both cannot be bound at once; `::` takes IPv4, too. */
export function overlaps(a: Address, b: Address): boolean {
  if (a.port === 0 || a.port !== b.port) return false;
  const hosts = [a.host, b.host];
  if (a.host === b.host || hosts.includes('::')) return true;
  return hosts.includes('0.0.0.0') && hosts.every((host) => parseHost(host)?.family === 4);
}
