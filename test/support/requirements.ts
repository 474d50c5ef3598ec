// Software that some tests need: whether it is on this machine, and how to get it. Without it the tests are skipped
// and say so; with CI=true, where a skipped test would be a silent hole, they fail.

import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { delimiter, join } from 'node:path';
import { describe, it } from 'vitest';
import { prepareSplice } from '../../src/relay/splice/probe.ts';

interface Requirement {
  readonly isPresent: () => boolean;
  readonly howToGet: string;
}

const requirements = {
  ipv6: { isPresent: hasIpv6, howToGet: 'sysctl net.ipv6.conf.all.disable_ipv6=0' },
  splice: {
    isPresent: () => prepareSplice().ok,
    howToGet: 'Linux, and `npm install` with the optional package koffi',
  },
  tmpfs: {
    isPresent: () => succeeds('unshare', '--mount', 'true'),
    howToGet: 'run as root, with the right to mount (CAP_SYS_ADMIN)',
  },
  haproxy: { isPresent: () => finds('haproxy'), howToGet: 'apt-get install haproxy' },
  root: {
    isPresent: () => process.getuid?.() === 0,
    howToGet: 'run the tests as root, who may become another user',
  },
  prosody: { isPresent: () => finds('prosody', 'prosodyctl'), howToGet: 'apt-get install prosody' },
  ejabberd: { isPresent: () => finds('ejabberdctl', 'erl'), howToGet: 'apt-get install ejabberd' },
  slixmpp: {
    isPresent: () => succeeds('/usr/bin/python3', '-c', 'import slixmpp'),
    howToGet: 'apt-get install python3-slixmpp',
  },
  xmpp4r: {
    isPresent: () => succeeds('/usr/bin/ruby', '-e', "require 'xmpp4r'"),
    howToGet: 'apt-get install ruby-xmpp4r',
  },
  gloox: {
    isPresent: () => compiles('gloox', 'json-glib-1.0'),
    howToGet: 'apt-get install g++ pkg-config libgloox-dev libjson-glib-dev',
  },
  libpurple: {
    isPresent: () => compiles('purple', 'json-glib-1.0'),
    howToGet: 'apt-get install gcc pkg-config libpurple-dev libjson-glib-dev',
  },
  qxmpp: {
    isPresent: () => compiles('qxmpp', 'Qt5Core', 'Qt5Network', 'Qt5Xml'),
    howToGet: 'apt-get install g++ pkg-config libqxmpp-dev qtbase5-dev',
  },
  chromium: { isPresent: () => finds('chromium'), howToGet: 'apt-get install chromium' },
  prlimit: { isPresent: () => finds('prlimit'), howToGet: 'apt-get install util-linux' },
  netns: {
    isPresent: () => process.getuid?.() === 0 && finds('ip') && succeeds('ip', 'netns', 'list'),
    howToGet: 'run as root, apt-get install iproute2',
  },
  faketime: {
    isPresent: () => succeeds('faketime', '-f', '+1d', 'true'),
    howToGet: 'apt-get install faketime',
  },
  prometheus: { isPresent: () => finds('prometheus', 'promtool'), howToGet: 'apt-get install prometheus' },
  registry: {
    isPresent: () => succeeds('npm', 'view', 'commander', 'version'),
    howToGet: 'a registry that npm can install packages from',
  },
  'systemd-analyze': { isPresent: () => finds('systemd-analyze'), howToGet: 'apt-get install systemd' },
  docker: {
    isPresent: () => succeeds('docker', 'info'),
    howToGet: 'install Docker, start its daemon and let this user reach it',
  },
  compose: {
    isPresent: () => succeeds('docker', 'compose', 'version') || succeeds('docker-compose', 'version'),
    howToGet: 'apt-get install docker-compose',
  },
} as const satisfies Record<string, Requirement>;

export type Need = keyof typeof requirements;

/** `describe`, for tests that cannot do without some software. */
export function describeWith(needs: readonly Need[], title: string, define: () => void): void {
  const missing = needs.filter((need) => !isPresent(need));
  if (missing.length === 0) {
    describe(title, define);
    return;
  }
  const what = missing.map((need) => `needs ${need}: ${requirements[need].howToGet}`).join('; ');
  if (process.env.CI === 'true') {
    describe(title, () => {
      it('finds the software that it needs', () => {
        throw new Error(`${what} (with CI=true nothing is skipped)`);
      });
    });
    return;
  }
  console.warn(`skipped: ${title}: ${what}`);
  describe.skip(`${title} (${what})`, define);
}

const known = new Map<Need, boolean>();

function isPresent(need: Need): boolean {
  const present = known.get(need) ?? requirements[need].isPresent();
  known.set(need, present);
  return present;
}

/** Whether ::1 is there; in many containers it is not. */
function hasIpv6(): boolean {
  return Object.values(networkInterfaces()).some((addresses) =>
    addresses?.some(({ address }) => address === '::1'),
  );
}

/** Whether there is a compiler, and the libraries for developers. */
function compiles(...packages: readonly string[]): boolean {
  return finds('gcc', 'g++', 'pkg-config') && succeeds('pkg-config', '--exists', ...packages);
}

/** Directories for commands, those of the superuser included: Debian keeps ejabberdctl there. */
function finds(...commands: readonly string[]): boolean {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  return commands.every((command) => folders.some((folder) => isExecutable(join(folder, command))));
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function succeeds(command: string, ...args: readonly string[]): boolean {
  return spawnSync(command, args, { stdio: 'ignore', timeout: 20_000 }).status === 0;
}
