// SIGHUP: the daemon as a process reads its configuration again.

import { rmSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Cli } from '../support/cli.ts';
import { configFile } from '../support/config-file.ts';

const PORTS = 'listen: [{ host: 127.0.0.1, port: 0 }]\nhttp: { port: 0 }\nselfCheck: { enabled: false }\n';
const LINK = 'xmpp: { service: "xmpp://127.0.0.1:1", domain: proxy.example.org, secret: hunter2 }\n';

/** A daemon that listens; its server is not there. */
async function start() {
  const file = configFile(LINK + PORTS);
  const cli = new Cli(['serve', '--config', file]);
  await cli.says(/"event":"listening"/);
  await cli.says(/"event":"xmpp-offline"/); // the whole start is over
  return { cli, file };
}

describe('SIGHUP', () => {
  it('puts the changed file in force', async () => {
    const { cli, file } = await start();
    writeFileSync(file, `${LINK}${PORTS}limits: { streams: 9 }\n`);
    cli.kill('SIGHUP');
    const [line] = await cli.says(/.*"event":"reloaded".*/);
    expect(JSON.parse(line)).toMatchObject({ level: 'info', changed: ['limits.streams'] });
    cli.kill('SIGTERM');
    expect((await cli.exited).code).toBe(0);
  });

  it('with an invalid file says line by line what is wrong, and changes nothing', async () => {
    const { cli, file } = await start();
    writeFileSync(file, `${LINK}${PORTS}limits:\n  streams: 0\nacces: {}\n`);
    cli.kill('SIGHUP');
    const [line] = await cli.says(/.*"event":"reload-rejected".*/);
    expect(JSON.parse(line)).toMatchObject({
      level: 'error',
      reasons: [
        `${file}:6: limits.streams: found 0, expected a whole number from 1 to 1000000`,
        `${file}:7: acces: unknown key, did you mean access?`,
      ],
    });
    cli.kill('SIGTERM');
    const { code, stdout } = await cli.exited;
    expect(code).toBe(0);
    expect(stdout).not.toContain('hunter2');
  });

  it('with a file that is gone changes nothing', async () => {
    const { cli, file } = await start();
    rmSync(file);
    cli.kill('SIGHUP');
    const [line] = await cli.says(/.*"event":"reload-rejected".*/);
    expect(JSON.parse(line)).toMatchObject({ reasons: [`${file}: no such file`] });
    cli.kill('SIGTERM');
    expect((await cli.exited).code).toBe(0);
  });

  it('may come several times at once', async () => {
    const { cli } = await start();
    for (let i = 0; i < 5; i++) cli.kill('SIGHUP');
    await cli.says(/"event":"reloaded"/);
    cli.kill('SIGTERM');
    expect((await cli.exited).code).toBe(0);
  });
});
