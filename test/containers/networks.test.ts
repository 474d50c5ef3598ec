// Two users on networks that do not reach each other: only the proxy, which is on both, joins them. [XEP-0065 §4]

import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Actor } from '../support/interop/actor.ts';
import { Child } from '../support/interop/child.ts';
import { type SampleFile, writeSampleFile } from '../support/interop/sample-file.ts';
import { describeWith } from '../support/requirements.ts';
import { PASSWORD } from './exchange.ts';
import { buildClient } from './images.ts';
import { DOMAIN, Site } from './site.ts';

const SIZE = 50_000_000;
/** Nobody listens there: who can reach the machine is refused, who cannot gets no answer. */
const CLOSED_PORT = 9;

const run = promisify(execFile);

describeWith(['docker'], 'two users on separate networks', () => {
  let site: Site;
  let folder: string;
  let file: SampleFile;
  let image: string;
  const actors: Record<string, Actor> = {};

  beforeAll(async () => {
    image = await buildClient();
    folder = await mkdtemp(join(tmpdir(), 'streamhost-networks-'));
    file = await writeSampleFile(join(folder, 'sample'), SIZE);
    site = await Site.start(2);
    await site.startProxy({ host: 'relay' });
    actors.romeo = await logIn('romeo', 0);
    actors.juliet = await logIn('juliet', 1);
  });

  afterAll(async () => {
    for (const actor of Object.values(actors)) await actor.stop();
    await site?.stop();
    if (folder) await rm(folder, { recursive: true });
  });

  it('cannot reach each other', async () => {
    expect(await dial(0, await addressOf('romeo'))).toBe('ConnectionRefusedError');
    expect(await dial(0, await addressOf('juliet'))).toBe('TimeoutError');
    expect(await dial(1, await addressOf('romeo'))).toBe('TimeoutError');
  });

  it.each([
    ['romeo', 'juliet'],
    ['juliet', 'romeo'],
  ])('moves a file from %s to %s by the proxy, byte for byte', async (from, to) => {
    const received = actors[to]?.receive();
    const sent = await actors[from]?.send('/sample', actors[to]?.jid ?? '', `proxy.${DOMAIN}`);
    expect(sent).toEqual({ bytes: SIZE, sha256: file.sha256 });
    expect(await received).toEqual(sent);
  });

  async function logIn(user: string, network: number): Promise<Actor> {
    const sample = `${file.path}:/sample:ro`;
    const args = ['run', '--interactive', '--rm', '--name', nameOf(user), '--network', networkName(network)];
    const child = new Child({
      title: `slixmpp (${user})`,
      command: 'docker',
      args: [...args, '--volume', sample, image],
    });
    const jid = `${user}@${DOMAIN}/slixmpp`;
    return Actor.over(child, { host: 'prosody', port: 5222, jid, password: PASSWORD });
  }

  async function addressOf(user: string): Promise<string> {
    const format = '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}';
    const { stdout } = await run('docker', ['inspect', '--format', format, nameOf(user)]);
    return stdout.trim();
  }

  /** How a connection from a network to an address fails, in Python's words. */
  async function dial(network: number, address: string): Promise<string> {
    const script = [
      'import socket, sys',
      'try: socket.create_connection((sys.argv[1], int(sys.argv[2])), 3)',
      'except OSError as error: print(type(error).__name__)',
    ].join('\n');
    const python = ['python3', '-c', script, address, String(CLOSED_PORT)];
    const { stdout } = await run('docker', [
      ...['run', '--rm', '--network', networkName(network), image],
      ...python,
    ]);
    return stdout.trim();
  }

  function networkName(index: number): string {
    const network = site.networks[index];
    if (network === undefined) throw new Error(`there is no network ${index}`);
    return network.getName();
  }

  function nameOf(user: string): string {
    return `streamhost-test-${user}-${process.pid}`;
  }
});
