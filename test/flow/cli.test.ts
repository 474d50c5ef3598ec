// The built command as people run it: what it prints, and how it ends.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { runCli } from '../support/cli.ts';
import { configFile, temporaryFolder, writeIn } from '../support/config-file.ts';

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
const example = fileURLToPath(new URL('../../config/streamhost.yaml', import.meta.url));

describe.each([[[]], [['serve']], [['check']], [['demo']]])('streamhost %j', (command) => {
  it('answers --help and --version', async () => {
    const help = await runCli([...command, '--help']);
    expect(help).toMatchObject({ code: 0, stderr: '' });
    expect(help.stdout).toMatch(new RegExp(`^Usage: ${['streamhost', ...command].join(' ')} \\[options\\]`));
    expect(await runCli([...command, '--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  });

  it('ends with 2 on an unknown option', async () => {
    const { code, stderr } = await runCli([...command, '--colour']);
    expect(code).toBe(2);
    expect(stderr).toContain("unknown option '--colour'");
  });
});

describe('wrong usage', () => {
  it('ends with 2, with the help on standard error', async () => {
    const { code, stdout, stderr } = await runCli([]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('Usage: streamhost');
    expect(await runCli(['srve'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("unknown command 'srve'"),
    });
  });

  it('of a secret on the command line is refused [COMP-26]', async () => {
    const { code, stderr } = await runCli(['serve', '--secret', 'hunter2']);
    expect(code).toBe(2);
    expect(stderr).not.toContain('hunter2');
  });
});

describe('streamhost check', () => {
  it('explains the example', async () => {
    const { code, stdout, stderr } = await runCli(['check', '--config', example]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('Joins xmpp://127.0.0.1:5347 as proxy.example.org');
  });

  it('needs no file when the environment has everything', async () => {
    const secretFile = writeIn(temporaryFolder(), 'secret', 'hunter2\n');
    const environment = {
      STREAMHOST_XMPP_DOMAIN: 'proxy.example.org',
      STREAMHOST_XMPP_SECRET_FILE: secretFile,
      STREAMHOST_STREAMHOSTS: '[2001:DB8:0::1]:7777',
    };
    const { code, stdout } = await runCli(['check'], environment);
    expect(code).toBe(0);
    expect(stdout).toContain('Clients are told [2001:db8::1]:7777');
  });
});

describe('bad input', () => {
  it.each(['check', 'serve'])('of %s is listed line by line, and it ends with 2', async (command) => {
    const file = configFile('xmpp:\n  domian: proxy.example.org\n  secret: hunter2\nlog: { level: loud }\n');
    expect(await runCli([command, '--config', file])).toEqual({
      code: 2,
      stdout: '',
      stderr:
        `${file}:1: xmpp.domain: missing, expected a domain such as proxy.example.org (or set STREAMHOST_XMPP_DOMAIN)\n` +
        `${file}:2: xmpp.domian: unknown key, did you mean xmpp.domain?\n` +
        `${file}:4: log.level: found "loud", expected debug, info, warn, error or silent\n`,
    });
  });

  it.each([
    [
      'a file that is missing',
      ['--config', '/nowhere/streamhost.yaml'],
      {},
      '/nowhere/streamhost.yaml: no such file',
    ],
    ['a directory', ['--config', '/'], {}, '/: is a directory, expected a file'],
    [
      'a secret file that is missing',
      [],
      { STREAMHOST_XMPP_DOMAIN: 'a.b', STREAMHOST_XMPP_SECRET_FILE: '/nowhere/secret' },
      'STREAMHOST_XMPP_SECRET_FILE: xmpp.secretFile: /nowhere/secret: no such file',
    ],
    [
      'a domain that is no JID',
      ['--config', example],
      { STREAMHOST_XMPP_DOMAIN: '@@/' },
      'STREAMHOST_XMPP_DOMAIN: xmpp.domain: found "@@/", expected a domain such as proxy.example.org',
    ],
    [
      'a variable that is unknown',
      ['--config', example],
      { STREAMHOST_LOGLEVL: 'debug' },
      'STREAMHOST_LOGLEVL: unknown variable, did you mean STREAMHOST_LOG_LEVEL?',
    ],
    [
      'a flag that is wrong',
      ['--config', example, '--log-level', 'loud'],
      {},
      '--log-level: log.level: found "loud", expected debug, info, warn, error or silent',
    ],
  ])('such as %s is told in one line, and serve ends with 2', async (_, args, environment, told) => {
    const { code, stdout, stderr } = await runCli(['serve', ...args], environment);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr.split('\n')[0]).toBe(told);
  });
});
