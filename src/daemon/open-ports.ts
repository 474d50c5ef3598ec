// Binds the ports that the configuration names; one that cannot be bound is told in a line that says what to do.

import { formatAddress } from '../config/host.ts';
import type { Config } from '../config/schema.ts';
import { type Address, Listener, type ListenerParts } from '../listener/listener.ts';
import { HttpEndpoint, type HttpParts } from '../ops/http.ts';
import { inheritTuning, setListeningOptions } from '../relay/splice/listening-options.ts';
import { StartError } from './start-error.ts';

/** One entry of `listen`. @param key where it stands in the configuration @throws StartError */
export async function openListener(
  key: string,
  address: Config['listen'][number],
  parts: ListenerParts,
): Promise<Listener> {
  if (address.reusePort && !canReusePort(process.versions.node)) {
    const where = formatAddress(address.host, address.port);
    throw new StartError(
      `cannot listen on ${where} (${key}): reusePort needs Node.js 22.12 or 23.1, and this is ` +
        `${process.versions.node}; give the new process another port`,
    );
  }
  try {
    return await Listener.open(address, parts, (fd) => {
      setListeningOptions(fd, address);
      return inheritTuning(fd);
    });
  } catch (error) {
    throw cannotListen(key, address, error);
  }
}

/** Older versions ignore the option, and the port would be in use. */
export function canReusePort(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > 23 || (major === 23 && minor >= 1) || (major === 22 && minor >= 12);
}

/** `http`, if it is enabled. @throws StartError */
export async function openHttpPort(
  { http }: Config,
  parts: Pick<HttpParts, 'metrics' | 'readiness' | 'status' | 'listing'>,
): Promise<HttpEndpoint | undefined> {
  if (!http.enabled) return undefined;
  try {
    return await HttpEndpoint.open({ ...http, ...parts });
  } catch (error) {
    throw cannotListen('http', http, error);
  }
}

const WHY_NOT: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another program uses that port; stop it or choose another port',
  EADDRNOTAVAIL: 'this machine has no such address; use one of its own, or :: for all',
  EACCES: 'this user may not bind that port; choose one above 1023',
  ENOTFOUND: 'that name does not resolve; use an address of this machine',
  ENOTSUP: 'this system cannot share ports; leave reusePort out, and give the new process another port',
  EAFNOSUPPORT: 'this machine has no IPv6; use 0.0.0.0 for all IPv4 addresses',
};

function cannotListen(key: string, { host, port }: Address, cause: unknown): StartError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : undefined;
  const why = code === undefined ? messageOf(cause) : (WHY_NOT[code] ?? `the system says ${code}`);
  return new StartError(`cannot listen on ${formatAddress(host, port)} (${key}): ${why}`, { cause });
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
