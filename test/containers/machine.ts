// A Debian machine with systemd in a container, for what is not meant for containers: installed, configured, restarted.

import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const DOCKERFILE = fileURLToPath(new URL('machine.Dockerfile', import.meta.url));
const IMAGE = 'streamhost-machine:containers-test';
const BUILD = { timeout: 10 * 60_000, maxBuffer: 64 * 1024 * 1024 };
const COMMAND = { timeout: 120_000, maxBuffer: 16 * 1024 * 1024 };

/** The addresses of the guides, which the machine has on its loopback. */
export const ADDRESSES = ['203.0.113.7/32', '2001:db8::7/128'] as const;

export class Machine {
  readonly #id: string;

  /** Boots it; systemd needs to mount and to make control groups, and the guides to change the network. */
  static async boot(): Promise<Machine> {
    await run(
      'docker',
      ['build', '--tag', IMAGE, '--file', DOCKERFILE, fileURLToPath(new URL('.', import.meta.url))],
      BUILD,
    );
    const { stdout } = await run('docker', [
      ...['run', '--detach', '--cap-add', 'SYS_ADMIN', '--cap-add', 'NET_ADMIN', '--cap-add', 'SYS_PTRACE'],
      ...['--security-opt', 'seccomp=unconfined', '--security-opt', 'apparmor=unconfined'],
      ...['--sysctl', 'net.ipv6.conf.all.disable_ipv6=0'],
      ...[
        '--tmpfs',
        '/run:exec',
        '--tmpfs',
        '/run/lock',
        '--volume',
        '/sys/fs/cgroup:/sys/fs/cgroup:rw',
        IMAGE,
      ],
    ]);
    const machine = new Machine(stdout.trim());
    await machine.run('until systemctl is-active --quiet multi-user.target; do sleep 0.2; done');
    for (const address of ADDRESSES) await machine.run(`ip address add ${address} dev lo`);
    return machine;
  }

  private constructor(id: string) {
    this.#id = id;
  }

  /** Runs a script as root, up to its first failure. @throws Error with what it has printed */
  async run(script: string): Promise<string> {
    const command = ['exec', this.#id, 'bash', '-euo', 'pipefail', '-c', script];
    const { stdout } = await run('docker', command, COMMAND).catch((error) => {
      throw new Error(`${script}\n${error.stdout}${error.stderr}`);
    });
    return stdout;
  }

  /** Writes a file, or with `>>` appends to it. */
  async write(path: string, text: string, redirection: '>' | '>>' = '>'): Promise<void> {
    const child = spawn(
      'docker',
      ['exec', '--interactive', this.#id, 'sh', '-c', `cat ${redirection}${path}`],
      {
        stdio: ['pipe', 'ignore', 'inherit'],
      },
    );
    child.stdin.end(text);
    const [code] = await once(child, 'close');
    if (code !== 0) throw new Error(`${path} could not be written`);
  }

  /** Copies a file of this machine into it. */
  async copy(from: string, to: string): Promise<void> {
    await run('docker', ['cp', from, `${this.#id}:${to}`]);
  }

  async remove(): Promise<void> {
    await run('docker', ['rm', '--force', '--volumes', this.#id]);
  }
}
