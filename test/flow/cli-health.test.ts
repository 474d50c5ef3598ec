// `streamhost health` as a process: what it says, where, and its exit code.

import { describe, expect, it } from 'vitest';
import { Cli, runCli } from '../support/cli.ts';
import { configFile, temporaryFolder, writeIn } from '../support/config-file.ts';
import { freePort } from '../support/interop/free-port.ts';
import { startScriptedServer } from '../support/scripted-server.ts';

async function configOf(service: string, http: string): Promise<string> {
  return configFile(
    `xmpp: { service: "${service}", domain: proxy.example.org, secret: hunter2 }\n` +
      `listen: [{ host: 127.0.0.1, port: 0 }]\nhttp: ${http}\n`,
  );
}

describe('streamhost health', () => {
  it('finds the daemon by its configuration, and asks for more with --ready', async () => {
    const server = await startScriptedServer();
    // On every address: the command has to ask one of them.
    const file = await configOf(server.service, `{ host: 0.0.0.0, port: ${await freePort()} }`);
    const daemon = new Cli(['serve', '--config', file]);
    await daemon.says(/"event":"listening"/);

    const notReady = runCli(['health', '--config', file, '--ready']);
    expect(await runCli(['health', '--config', file])).toEqual({ code: 0, stdout: 'ok\n', stderr: '' });
    const early = await notReady;
    expect(early.code).toBe(1);
    expect(early.stderr).toMatch(/^\[-\] xmpp: /m);

    await server.join({ secret: 'hunter2' });
    await daemon.says(/"event":"xmpp-online"/);
    const ready = await runCli(['health', '--config', file, '--ready']);
    expect(ready.code).toBe(0);
    expect(ready.stdout).toMatch(/^\[\+\] xmpp: joined /m);
  });

  it('shows the token where one is demanded', async () => {
    const token = writeIn(temporaryFolder(), 'token', 'an-open-sesame-of-some-length\n');
    const http = `{ port: ${await freePort()}, tokenFile: "${token}" }`;
    const file = await configOf('xmpp://127.0.0.1:1', http);
    const daemon = new Cli(['serve', '--config', file]);
    await daemon.says(/"event":"listening"/);
    expect(await runCli(['health', '--config', file])).toEqual({ code: 0, stdout: 'ok\n', stderr: '' });
  });

  it('says at which address nobody answered, and exits with 1', async () => {
    const port = await freePort();
    const { code, stderr } = await runCli([
      'health',
      '--config',
      await configOf('xmpp://127.0.0.1:1', `{ port: ${port} }`),
    ]);
    expect(code).toBe(1);
    expect(stderr).toMatch(new RegExp(`^http://127\\.0\\.0\\.1:${port}/healthz: .*ECONNREFUSED`));
  });

  it('exits with 2 when there is no port to ask, or no configuration', async () => {
    const file = await configOf('xmpp://127.0.0.1:1', '{ enabled: false }');
    const closed = await runCli(['health', '--config', file]);
    expect(closed).toMatchObject({ code: 2, stdout: '' });
    expect(closed.stderr).toContain('http.enabled is false');
    expect(await runCli(['health'])).toMatchObject({ code: 2, stdout: '' });
  });
});
