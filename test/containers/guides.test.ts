// The guides of docs/guides, followed word by word on a Debian machine with systemd, each up to a file that was moved.

import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWith } from '../support/requirements.ts';
import { existingEjabberd, existingProsody, moveFile } from './existing-server.ts';
import { follow } from './guide.ts';
import { Machine } from './machine.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

let folder: string;
let tarball: string;

/** Packed once, for both machines. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'streamhost-guides-'));
  await promisify(execFile)('npm', ['pack', '--pack-destination', folder], { cwd: ROOT });
  [tarball = ''] = await readdir(folder);
});

afterAll(() => rm(folder, { recursive: true }));

/** A machine on which docs/guides/systemd.md has been followed. */
async function installedMachine(): Promise<Machine> {
  const machine = await Machine.boot();
  try {
    await machine.copy(join(folder, tarball), `/root/${tarball}`);
    await follow(machine, 'docs/guides/systemd.md');
    return machine;
  } catch (error) {
    await machine.remove();
    throw error;
  }
}

describeWith(['docker', 'registry'], 'the guides, beside an existing Prosody', () => {
  let machine: Machine;

  beforeAll(async () => {
    machine = await installedMachine();
    await existingProsody(machine);
  });

  afterAll(() => machine?.remove());

  it('docs/guides/prosody.md leads to a proxy that moves files, beside mod_proxy65', async () => {
    await follow(machine, 'docs/guides/prosody.md');
    expect(await moveFile(machine, 'proxy.example.org')).toBe('203.0.113.7:7777');
    expect(await moveFile(machine, 'proxy65.example.org')).toBe('203.0.113.7:5000');
  });

  it('systemd knows that it is ready, reloads it, and starts it again when it hangs', async () => {
    const state = await machine.run('systemctl show -p Type,StatusText,NRestarts,ActiveState streamhost');
    expect(state.trim().split('\n').sort()).toEqual([
      'ActiveState=active',
      'NRestarts=0',
      'StatusText=Accepting at [::]:7777',
      'Type=notify',
    ]);
    await machine.run(`systemctl reload streamhost
until journalctl -u streamhost -o cat | grep -q '"event":"reloaded"'; do sleep 0.2; done`);

    await machine.run(`mkdir -p /run/systemd/system/streamhost.service.d
printf '[Service]\\nWatchdogSec=1\\n' >/run/systemd/system/streamhost.service.d/watchdog.conf
systemctl daemon-reload && systemctl restart streamhost
kill -STOP "$(systemctl show -p MainPID --value streamhost)"
until [ "$(systemctl show -p NRestarts --value streamhost)" != 0 ]; do sleep 0.2; done
until systemctl is-active --quiet streamhost; do sleep 0.2; done
rm /run/systemd/system/streamhost.service.d/watchdog.conf && systemctl daemon-reload`);
  });

  it('docs/guides/nat.md leads clients to the port that the router forwards', async () => {
    const [router] = await follow(machine, 'docs/guides/nat.md');
    await untilTold('203.0.113.7:17777');
    // The clients are on this machine, so the rule has to be where its own connections pass.
    const rule = router?.text.replace('PREROUTING', 'OUTPUT').replace('192.0.2.10', '127.0.0.1') ?? 'false';
    await machine.run(rule);
    expect(await moveFile(machine, 'proxy.example.org')).toBe('203.0.113.7:17777');
    await machine.run(rule.replace('-A', '-D'));
  });

  it('docs/guides/ipv6.md leads clients to either address', async () => {
    await follow(machine, 'docs/guides/ipv6.md');
    await untilTold('[2001:db8::7]:7777');
    expect(await moveFile(machine, 'proxy.example.org')).toBe('203.0.113.7:7777');
    const greet = 'exec 3<>/dev/tcp/2001:db8::7/7777; printf "\\5\\1\\0" >&3; head -c 2 <&3 | od -An -tx1';
    expect((await machine.run(greet)).trim()).toBe('05 00');
  });

  it('docs/guides/haproxy.md leads through HAProxy, and the log still has the addresses of the clients', async () => {
    await follow(machine, 'docs/guides/haproxy.md');
    expect(await moveFile(machine, 'proxy.example.org')).toBe('203.0.113.7:17777');
    const log = await machine.run('journalctl -u streamhost --output cat | grep stream-closed | tail -n 1');
    expect(JSON.parse(log)).toMatchObject({ first: '203.0.113.7', second: '203.0.113.7' });
  });

  /** A reload takes a moment: systemd has only sent the signal. */
  async function untilTold(address: string): Promise<void> {
    await machine.run(`until journalctl -u streamhost -o cat | grep -qF '"${address}"'; do sleep 0.2; done`);
  }

  it('docs/guides/moving-from-mod-proxy65.md takes the old one away, and the new one goes on', async () => {
    await follow(machine, 'docs/guides/moving-from-mod-proxy65.md');
    await expect(moveFile(machine, 'proxy65.example.org')).rejects.toThrow();
    expect(await moveFile(machine, 'proxy.example.org')).toBe('203.0.113.7:17777');
  });
});

describeWith(['docker', 'registry'], 'the guides, beside an existing ejabberd', () => {
  let machine: Machine;

  beforeAll(async () => {
    machine = await installedMachine();
    await existingEjabberd(machine);
  });

  afterAll(() => machine?.remove());

  it('docs/guides/ejabberd.md leads to a proxy that moves files', async () => {
    await follow(machine, 'docs/guides/ejabberd.md');
    expect(await moveFile(machine, 'proxy.example.org')).toBe('203.0.113.7:7778');
  });
});
