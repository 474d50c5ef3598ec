// `streamhost doctor` on real servers: beside our proxy, beside their own, and where something is wrong.

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { type Exit, runCli } from '../support/cli.ts';
import { ejabberdWithProxy, prosodyWithProxy } from '../support/interop/built-in-proxy.ts';
import { Daemon } from '../support/interop/daemon.ts';
import { ejabberd } from '../support/interop/ejabberd.ts';
import { prosody } from '../support/interop/prosody.ts';
import { XmppServer } from '../support/interop/xmpp-server.ts';
import { describeWith } from '../support/requirements.ts';

const PASSWORD = 'wonderland';

interface Found {
  readonly check: string;
  readonly verdict: string;
  readonly detail: string;
  readonly advice?: string;
}

const cleanUps: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

/** A server with two users. */
async function startServer(kind: Parameters<typeof XmppServer.start>[0]): Promise<XmppServer> {
  const server = await XmppServer.start(kind);
  cleanUps.push(() => server.dispose());
  for (const name of ['romeo', 'juliet']) await server.addUser(name, PASSWORD);
  return server;
}

async function asUser(
  server: XmppServer,
  ...more: readonly string[]
): Promise<{ exit: Exit; findings: Found[] }> {
  const args = ['doctor', '--json', '--jid', `romeo@${server.domain}`];
  const service = ['--service', `xmpp://127.0.0.1:${server.c2sPort}`];
  const exit = await runCli([...args, ...service, ...more], {
    STREAMHOST_PASSWORD: PASSWORD,
    STREAMHOST_OTHER_PASSWORD: PASSWORD,
    PATH: process.env.PATH ?? '',
  });
  const report: { findings: Found[] } = exit.stdout === '' ? { findings: [] } : JSON.parse(exit.stdout);
  return { exit, findings: report.findings };
}

const verdictsOf = (findings: readonly Found[]) =>
  Object.fromEntries(findings.map(({ check, verdict }) => [check, verdict]));

for (const kind of [prosody, ejabberd]) {
  describeWith([kind.name], `the doctor beside ${kind.name}`, () => {
    it('finds everything in order: daemon, listing, address, and a file that crosses the proxy', async () => {
      const server = await startServer(kind);
      const daemon = await Daemon.join(server);
      cleanUps.push(() => daemon.stop());
      const config = ['--config', join(server.folder, 'streamhost.yaml')];
      const { exit, findings } = await asUser(server, ...config, '--other-jid', `juliet@${server.domain}`);
      expect(exit.stderr).toBe('');
      expect(verdictsOf(findings)).toMatchObject({
        configuration: 'ok',
        daemon: 'ok',
        xmpp: 'ok',
        engine: 'ok',
        listing: 'ok', // as far as the component alone can see
        'listing for romeo': 'ok',
        'listing for juliet': 'ok',
        identity: 'ok',
        'address query': 'ok',
        handshake: 'ok',
        activation: 'ok',
        latency: 'ok',
        checksum: 'ok',
        address: 'warning', // 127.0.0.1
      });
      expect(exit.code).toBe(0);
      expect(await daemon.metric('streamhost_streams_total', 'finished')).toBe(1);
      expect(exit.stdout).not.toContain(PASSWORD);
    });

    it('says that the component is not connected, and where to look', async () => {
      const server = await startServer(kind);
      const daemon = await Daemon.start(server, { secret: 'wrong' });
      cleanUps.push(() => daemon.stop());
      await daemon.untilAlone();
      const config = ['--config', join(server.folder, 'streamhost.yaml')];
      const { exit, findings } = await asUser(server, ...config);
      const found = findings.find(({ check }) => check === 'xmpp');
      expect(found?.verdict).toBe('problem');
      expect(found?.advice).toContain('xmpp.secret');
      expect(findings.find(({ check }) => check === 'identity')?.verdict).toBe('problem');
      expect(exit.code).toBe(1);
    });

    it('says that a password is wrong', async () => {
      const server = await startServer(kind);
      await writeFile(join(server.folder, 'password'), 'a-wrong-one\n', { mode: 0o600 });
      const { exit, findings } = await asUser(server, '--password-file', join(server.folder, 'password'));
      expect(verdictsOf(findings)).toEqual({ login: 'problem' });
      expect(exit.code).toBe(1);
    });

    it('says that the server lists no proxy', async () => {
      const server = await startServer({
        ...kind,
        async prepare(site) {
          return kind.prepare({ ...site, proxy: { ...site.proxy, domain: 'elsewhere.test' } });
        },
      });
      const { exit, findings } = await asUser(server);
      expect(verdictsOf(findings)).toMatchObject({ listing: 'problem' });
      expect(exit.code).toBe(1);
    });
  });
}

for (const { name, equip } of [
  { name: 'prosody', equip: prosodyWithProxy },
  { name: 'ejabberd', equip: ejabberdWithProxy },
] as const) {
  describeWith([name], `the doctor beside ${name}'s own proxy`, () => {
    it('finds it in the list of the server, and sends a file through it', async () => {
      const { kind, proxy } = await equip();
      const server = await startServer(kind);
      const { exit, findings } = await asUser(server, '--proxy', proxy.jid);
      expect(exit.stderr).toBe('');
      expect(verdictsOf(findings)).toMatchObject({
        'listing for romeo': 'ok',
        identity: 'ok',
        'address query': 'ok',
        handshake: 'ok',
        checksum: 'ok',
      });
      expect(exit.code).toBe(0);
    });
  });
}

describeWith(
  ['prosody'],
  "the doctor beside Prosody with stream management, as Debian's configuration has it",
  () => {
    it('keeps its sessions, and sends a file', async () => {
      const server = await startServer({
        ...prosody,
        async prepare(site) {
          const prepared = await prosody.prepare(site);
          const file = join(site.folder, 'prosody.cfg.lua');
          const text = await readFile(file, 'utf8');
          await writeFile(
            file,
            text.replace('modules_enabled = { ', 'modules_enabled = { "smacks", "carbons", '),
          );
          return prepared;
        },
      });
      const daemon = await Daemon.join(server);
      cleanUps.push(() => daemon.stop());
      const { exit, findings } = await asUser(server, '--proxy', server.proxy.domain);
      expect(verdictsOf(findings)).toMatchObject({ identity: 'ok', checksum: 'ok' });
      expect(exit.code).toBe(0);
      expect(server.count(/handled|smacks.*error/i)).toBe(0);
    });
  },
);

describe('the doctor without anything to look at', () => {
  it('says what it expects', async () => {
    const exit = await runCli(['doctor'], { PATH: process.env.PATH ?? '' });
    expect(exit.code).toBe(2);
    expect(exit.stderr).toContain('expected --config FILE');
  });
});
