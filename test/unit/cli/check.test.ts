// `streamhost check` without a process around it.

import { describe, expect, it } from 'vitest';
import { type CheckOptions, check } from '../../../src/cli/check.ts';
import { configFile } from '../../support/config-file.ts';

const VALID =
  'xmpp: { domain: proxy.example.org, secret: hunter2 }\nstreamhosts: [{ host: 203.0.113.7, port: 7777 }]\n';

function checkFile(content: string, options: Omit<CheckOptions, 'config'> = {}) {
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

  describe('asked about one person', () => {
    const POLICY = `${VALID}limits: { streamsPerDomain: none }
rates: { user: 10MB }
quotas: { user: { month: 1TB }, store: quotas }
classes:
  - { name: office, match: { jids: [example.org], networks: [10.0.0.0/8] }, rates: { user: none, burst: 1MiB } }
  - { name: guests, match: { jids: ["*"] }, limits: { streamsPerUser: 2 }, timeouts: { stream: 2h } }
`;

    it('says access, class and why, limits, rates and quotas, and nothing else', async () => {
      const { exitCode, stdout } = await checkFile(POLICY, { explain: 'alice@example.org/pda' });
      expect(exitCode).toBe(0);
      expect(stdout.split('\n')).toEqual([
        'Access',
        '  alice@example.org/pda may use the proxy: the rule example.org allows it.',
        '',
        'Class',
        '  alice@example.org/pda is in the class guests.',
        '  office: no, its rule example.org matches, but only from 10.0.0.0/8, and no address was given (--from).',
        '  guests: yes, its rule * matches.',
        '',
        'Limits',
        '  One address (IPv6: one /64): waiting connections: at most 256; new connections: at most 200 a second, 800 at once after a pause.',
        '  Exempt from both: 127.0.0.0/8, ::1.',
        '  Streams at once of one requester: at most 2; of all of example.org: no limit.',
        '  A stream ends after 30 minutes without a byte, and after 2 hours in any case.',
        '',
        'Rates and quotas',
        '  One stream: no limit; one requester: 10 MB a second; all together: no limit.',
        '  After a pause may flow at once: what flows in 200 milliseconds.',
        '  Quota of one requester: no limit a day, 1 TB a month; of its domain: no limit a day, no limit a month (UTC).',
        '  At the quota, streams are refused, and running ones end.',
        '',
        'Used',
        '  This requester: 0 bytes today, 0 bytes this month (UTC).',
        '  Its domain: 0 bytes today, 0 bytes this month (UTC).',
        '',
      ]);
    });

    it('takes the address into account', async () => {
      const { stdout } = await checkFile(POLICY, { explain: 'alice@example.org', from: '::ffff:10.1.2.3' });
      expect(stdout).toContain('alice@example.org is in the class office.');
      expect(stdout).toContain(
        'office: yes, its rule example.org matches and 10.1.2.3 is in its network 10.0.0.0/8.',
      );
      expect(stdout).toContain('One stream: no limit; one requester: no limit; all together: no limit.');
      const local = await checkFile(POLICY, { explain: 'bob@example.com', from: '127.0.0.1' });
      expect(local.stdout).toContain('bob@example.com may not use the proxy: no rule allows it.');
      expect(local.stdout).toContain('office: no, none of its rules matches (example.org).');
      expect(local.stdout).toContain(
        '127.0.0.1 is exempt from the limits of one address: it is in 127.0.0.0/8',
      );
    });

    it('says who is in no class', async () => {
      const { stdout } = await checkFile(VALID, { explain: 'alice@example.org' });
      expect(stdout).toContain('is in no class (the log calls that default), and has the general limits.');
    });

    it('says it in JSON, with none for no limit', async () => {
      const { stdout } = await checkFile(POLICY, { explain: 'alice@example.org', json: true });
      expect(JSON.parse(stdout)).toMatchObject({
        ok: true,
        explain: {
          jid: 'alice@example.org',
          access: { ok: true, rule: 'example.org' },
          terms: { className: 'guests', streamsPerUser: 2, streamsPerDomain: 'none', userRate: 10_000_000 },
          judgements: [
            { name: 'office', matches: false, rule: 'example.org', missing: 'network' },
            { name: 'guests', matches: true, rule: '*' },
          ],
        },
      });
    });

    it.each([
      [{ explain: '@@/' }, '--explain: found "@@/", expected a JID such as alice@example.org\n'],
      [{ explain: 'a@b', from: 'here' }, '--from: found "here", expected an IP address\n'],
      [{ from: '192.0.2.1' }, '--from: expected --explain JID, too\n'],
    ])('%j is wrong usage', async (options, told) => {
      expect(await checkFile(POLICY, options)).toEqual({ exitCode: 2, stdout: '', stderr: told });
    });
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
