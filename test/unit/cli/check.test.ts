// `streamhost check` without a process around it.

import { describe, expect, it } from 'vitest';
import { check } from '../../../src/cli/check.ts';
import { configFile } from '../../support/config-file.ts';

const VALID =
  'xmpp: { domain: proxy.example.org, secret: hunter2 }\nstreamhosts: [{ host: 203.0.113.7, port: 7777 }]\n';

function checkFile(content: string, options: { json?: boolean; requester?: string } = {}) {
  return check({ config: configFile(content), ...options }, {}, {});
}

describe('check', () => {
  it('explains a valid configuration in plain words', async () => {
    const { exitCode, stdout, stderr } = await checkFile(VALID);
    expect(exitCode).toBe(0);
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^The configuration is valid\.\n\nXMPP server\n {2}Joins /);
    expect(stdout).not.toContain('Warnings');
    expect(stdout).not.toContain('hunter2');
  });

  it('warns of an address that clients cannot reach, and of a proxy that nobody may use', async () => {
    const { exitCode, stdout } = await checkFile(
      'xmpp: { domain: localhost, secret: s }\nlisten: [{ host: 192.168.1.2, port: 7777 }]\n',
    );
    expect(exitCode).toBe(0);
    const [, warnings] = stdout.split('\n\nWarnings\n');
    expect(warnings).toBe(
      '  Clients are told 192.168.1.2:7777, a private address that only works inside its own network; ' +
        'set streamhosts to an address that your users can reach.\n' +
        '  Nobody may use the proxy: localhost has no parent domain whose users could be allowed; set access.allow.\n',
    );
  });

  it('lists what is wrong, a line each', async () => {
    const { exitCode, stdout, stderr } = await checkFile(
      'xmpp: { domain: a@b, secret: s }\nlog: { levl: info }\n',
    );
    expect(exitCode).toBe(2);
    expect(stdout).toBe('');
    expect(stderr.split('\n').map((line) => line.replace(/^.*streamhost\.yaml:/, ''))).toEqual([
      '1: xmpp.domain: found "a@b", expected a domain such as proxy.example.org',
      '2: log.levl: unknown key, did you mean log.level?',
      '',
    ]);
  });

  it('says that no file was given when the environment is not enough', async () => {
    const { exitCode, stderr } = await check({}, {}, {});
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/No configuration file was given \(--config FILE\)\.\n$/);
  });

  it.each([
    ['alice@example.org/pda', 'alice@example.org/pda may use the proxy: the rule example.org allows it.'],
    [
      'mallory@example.org',
      'mallory@example.org may not use the proxy: the rule mallory@example.org denies it.',
    ],
    ['alice@example.net', 'alice@example.net may not use the proxy: no rule allows it.'],
    ['@@/', '@@/ is no JID, and would be refused.'],
  ])('says of the requester %s what the rules say', async (requester, words) => {
    const { stdout } = await checkFile(`${VALID}access: { deny: [mallory@example.org] }\n`, { requester });
    expect(stdout).toContain(`Requester\n  ${words}\n`);
  });

  it('says the same in JSON, without the secret [COMP-26]', async () => {
    const { exitCode, stdout } = await checkFile(VALID, { json: true, requester: 'a@example.org' });
    expect(exitCode).toBe(0);
    expect(stdout).not.toContain('hunter2');
    expect(JSON.parse(stdout)).toMatchObject({
      ok: true,
      warnings: [],
      streamhosts: [{ host: '203.0.113.7', port: 7777 }],
      requester: { jid: 'a@example.org', ok: true, rule: 'example.org' },
      config: { xmpp: { domain: 'proxy.example.org' }, timeouts: { pending: 600_000 } },
    });
    const wrong = await checkFile('xmpp: { domain: a@b, secret: s }\n', { json: true });
    expect(wrong.exitCode).toBe(2);
    expect(JSON.parse(wrong.stdout)).toMatchObject({ ok: false, problems: [{ key: 'xmpp.domain' }] });
  });
});
