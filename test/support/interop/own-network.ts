// A network of its own for a command that listens where it likes: nobody else can have its ports. Linux, and root or
// the right to make user namespaces; elsewhere the command shares the machine's network.

import { spawnSync } from 'node:child_process';

/** The options of unshare(1) that work here, the one that needs less first. */
const WAYS = [['--net'], ['--net', '--user', '--map-root-user']] as const;

/** @param script for bash; it may `exec` */
export function inOwnNetwork(script: string): readonly [command: string, ...args: string[]] {
  const up = 'ip link set lo up';
  const way = WAYS.find((options) => spawnSync('unshare', [...options, 'bash', '-c', up]).status === 0);
  if (way === undefined) return ['bash', '-c', script];
  return ['unshare', ...way, 'bash', '-c', `${up}; ${script}`];
}
