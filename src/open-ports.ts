// Binds the ports that the configuration names; one that cannot be bound is told in a line that says what to do.

import { formatAddress } from './config/host.ts';
import type { Config } from './config/schema.ts';
import { type Address, Listener, type ListenerParts } from './listener/listener.ts';
import { HttpEndpoint, type HttpParts } from './ops/http.ts';
import { inheritTuning, setListeningOptions } from './relay/splice/listening-options.ts';

/** The daemon cannot start; the message says what to do about it. */
export class StartError extends Error {
  override readonly name = 'StartError';
}

/** All of `listen`, in its order, or none. @throws StartError */
export async function openListeners(config: Config, parts: ListenerParts): Promise<Listener[]> {
  const listeners: Listener[] = [];
  for (const [index, address] of config.listen.entries()) {
    try {
      const prepare = (fd: number) => {
        setListeningOptions(fd, address);
        return inheritTuning(fd);
      };
      listeners.push(await Listener.open(address, parts, prepare));
    } catch (error) {
      for (const listener of listeners) listener.close();
      throw cannotListen(`listen[${index}]`, address, error);
    }
  }
  return listeners;
}

/** `http`, if it is enabled. @throws StartError */
export async function openHttpPort(
  { http }: Config,
  parts: Pick<HttpParts, 'metrics' | 'readiness'>,
): Promise<HttpEndpoint | undefined> {
  if (!http.enabled) return undefined;
  try {
    return await HttpEndpoint.open({ host: http.host, port: http.port, ...parts });
  } catch (error) {
    throw cannotListen('http', http, error);
  }
}

const WHY_NOT: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another program uses that port; stop it or choose another port',
  EADDRNOTAVAIL: 'this machine has no such address; use one of its own, or :: for all',
  EACCES: 'this user may not bind that port; choose one above 1023',
  ENOTFOUND: 'that name does not resolve; use an address of this machine',
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
