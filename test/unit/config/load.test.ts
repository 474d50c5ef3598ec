// From a file to a configuration, or to one clear line for everything that is wrong.

import { writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Loaded, loadConfig, type Sources } from '../../../src/config/load.ts';
import { formatProblem } from '../../../src/config/problem.ts';
import { configFile, temporaryFolder } from '../../support/config-file.ts';

const MINIMAL = 'xmpp: { domain: proxy.example.org, secret: s3cr3t }\n';

/** What loading a file with this content gives. */
function load(content: string, rest: Omit<Sources, 'file' | 'environment'> = {}): Promise<Loaded> {
  return loadConfig({ file: configFile(content), environment: {}, ...rest });
}

/** The problems of a file with this content, its folder left out. */
async function problemsOf(content: string): Promise<string[]> {
  const file = configFile(content);
  const loaded = await loadConfig({ file, environment: {} });
  if (loaded.ok) throw new Error('the configuration is in order');
  return loaded.problems.map((problem) => formatProblem(problem).replaceAll(file, basename(file)));
}

async function configOf(content: string) {
  const loaded = await load(content);
  if (!loaded.ok) throw new Error(loaded.problems.map(formatProblem).join('\n'));
  return loaded.config;
}

describe('a minimal file', () => {
  it('gives a whole configuration, durations in milliseconds', async () => {
    expect(await configOf(MINIMAL)).toMatchObject({
      xmpp: {
        service: 'xmpp://127.0.0.1:5347',
        domain: 'proxy.example.org',
        secret: 's3cr3t',
        ping: 60_000,
        reconnect: { first: 5000, max: 60_000 },
      },
      listen: [{ host: '::', port: 7777 }],
      http: { enabled: true, host: '127.0.0.1', port: 9565 },
      access: { deny: [] },
      timeouts: { handshake: 10_000, pending: 600_000, halfClose: 300_000, shutdown: 30_000 },
      log: { level: 'info', format: 'json', jids: 'full' },
    });
  });

  it('waits for ten minutes and gives a handshake ten seconds, unless told otherwise [S5B-P-83]', async () => {
    const { timeouts } = await configOf(`${MINIMAL}timeouts: { handshake: 1500ms, pending: 2h }`);
    expect(timeouts).toMatchObject({ handshake: 1500, pending: 7_200_000 });
  });

  it('may let a connection wait for less than a handshake may take: one follows the other', async () => {
    const { timeouts } = await configOf(`${MINIMAL}timeouts: { pending: 2s }`);
    expect(timeouts).toMatchObject({ handshake: 10_000, pending: 2000 });
  });

  it('looks for the server on this machine [COMP-27]', async () => {
    expect((await configOf(MINIMAL)).xmpp.service).toBe('xmpp://127.0.0.1:5347');
  });

  it('may have a section with every key commented out', async () => {
    expect((await configOf(`${MINIMAL}http:\n  # port: 1\nlog:\n`)).http.port).toBe(9565);
  });
});

describe('hosts and domains', () => {
  it('are brought into their canonical form [S5B-P-13]', async () => {
    const config = await configOf(
      'xmpp: { domain: Proxy.Example.ORG, secret: s }\n' +
        'listen: [{ host: "[::1]", port: 0 }]\n' +
        'streamhosts: [{ host: "2001:DB8:0::1", port: 7777 }]\n',
    );
    expect(config.xmpp.domain).toBe('proxy.example.org');
    expect(config.listen).toEqual([{ host: '::1', port: 0 }]);
    expect(config.streamhosts).toEqual([{ host: '2001:db8::1', port: 7777 }]);
  });
});

describe('limits per address', () => {
  it('leave this machine alone as long as both have their defaults', async () => {
    const exempt = async (limits: string) => (await configOf(`${MINIMAL}limits: ${limits}`)).limits.exempt;
    expect(await exempt('{}')).toEqual(['127.0.0.0/8', '::1']);
    expect(await exempt('{ streams: 7 }')).toEqual(['127.0.0.0/8', '::1']);
    expect(await exempt('{ waitingPerAddress: 2 }')).toEqual([]);
    expect(await exempt('{ connectionsPerSecond: none }')).toEqual([]);
    expect(await exempt('{ exempt: [] }')).toEqual([]);
    expect(await exempt('{ waitingPerAddress: 2, exempt: [192.0.2.1] }')).toEqual(['192.0.2.1']);
  });
});

describe('a problem', () => {
  it.each([
    ['log: { level: loud }', 'log.level: found "loud", expected debug, info, warn, error or silent'],
    [
      'timeouts: { pending: soon }',
      'timeouts.pending: found "soon", expected a duration from 1ms to 596h, such as 500ms, 10s, 5m or 2h',
    ],
    [
      'timeouts: { pending: 10 }',
      'timeouts.pending: found 10, expected a duration from 1ms to 596h, such as 500ms, 10s, 5m or 2h',
    ],
    [
      'timeouts: { shutdown: 0s }',
      'timeouts.shutdown: found "0s", expected a duration from 1ms to 596h, such as 500ms, 10s, 5m or 2h',
    ],
    [
      'timeouts: { pending: 9999999999h }',
      'timeouts.pending: found "9999999999h", expected a duration from 1ms to 596h, such as 500ms, 10s, 5m or 2h',
    ],
    ['http: { port: 70000 }', 'http.port: found 70000, expected a port from 0 to 65535'],
    ['http: { port: "80" }', 'http.port: found "80", expected a port from 0 to 65535'],
    ['http: 9565', 'http: found 9565, expected the keys enabled, host, port, tokenFile, showJids'],
    ['listen: []', 'listen: found an empty list, expected a list of at least one { host, port }'],
    ['listen: [{ host: "::" }]', 'listen[0].port: missing, expected a port from 0 to 65535'],
    ['streamhosts: [{ host: h, port: 0 }]', 'streamhosts[0].port: found 0, expected a port from 1 to 65535'],
    [
      'streamhosts: [{ host: a b, port: 1 }]',
      'streamhosts[0].host: found "a b", expected an IP address or a host name',
    ],
    [
      'access: { allow: ["@a.org"] }',
      'access.allow[0]: found "@a.org", expected user@domain/resource, user@domain, domain, *.domain or *',
    ],
    ['limits: { waiting: 1 }', 'limits.waiting: found 1, expected a whole number from 2 to 1000000'],
    [
      'limits: { waitingPerAddress: 1 }',
      'limits.waitingPerAddress: found 1, expected a whole number from 2 to 1000000, or none',
    ],
    [
      'limits: { exempt: [10.0.0.0/33] }',
      'limits.exempt[0]: found "10.0.0.0/33", expected a network such as 192.0.2.0/24 or 2001:db8::/32, or one IP address',
    ],
    [
      'timeouts: { idle: never }',
      'timeouts.idle: found "never", expected a duration from 1ms to 596h, such as 500ms, 10s, 5m or 2h, or none',
    ],
    [
      'rates: { user: 10Mb }',
      'rates.user: found "10Mb", expected bytes a second from 1 to 1024TiB, such as 4096, 64KiB, 10MB or 1GB, or none',
    ],
    [
      'rates: { burst: none }',
      'rates.burst: found "none", expected bytes from 1 to 1024TiB, such as 4096, 64KiB, 10MB or 1GB',
    ],
    [
      'quotas: { user: { day: 0 } }',
      'quotas.user.day: found 0, expected bytes from 1 to 1024TiB, such as 4096, 64KiB, 10MB or 1GB, or none',
    ],
    [
      'classes: [{ name: staff, match: {} }]',
      'classes[0].match: found a section, expected jids, networks or both, each a list of at least one entry',
    ],
    [
      'classes: [{ name: staff, match: { jids: [a b] } }]',
      'classes[0].match.jids[0]: found "a b", expected user@domain/resource, user@domain, domain, *.domain or *',
    ],
    [
      'classes: [{ name: staff, match: { jids: [a.b] }, rates: { total: 1MB } }]',
      'classes[0].rates.total: unknown key, did you mean rates.total?',
    ],
    [
      'classes: [{ name: a, match: { jids: [a.b] } }, { name: a, match: { jids: [c.d] } }]',
      'classes[1].name: a is the name of classes[0], too',
    ],
    [
      'classes: [{ name: default, match: { jids: [a.b] } }]',
      'classes[0].name: default is what everyone is in who is in no class; expected another',
    ],
    [
      'classes: [{ name: "a b", match: { jids: [a.b] } }]',
      'classes[0].name: found "a b", expected a name of up to 64 letters, digits, dots, dashes and underscores',
    ],
    [
      'listen: [{ host: "::", port: 1, proxyProtocol: 1 }]',
      'listen[0].proxyProtocol: found 1, expected true or false',
    ],
    ['limits: { streams: 1.5 }', 'limits.streams: found 1.5, expected a whole number from 1 to 1000000'],
    ['identity: { showOs: sometimes }', 'identity.showOs: found "sometimes", expected true or false'],
    ['identity: { name: 5 }', 'identity.name: found 5, expected text in quotes'],
    [
      'identity: { name: "a\\u0001b" }',
      'identity.name: found "a\\u0001b", expected text without control characters',
    ],
    [
      'identity: { contacts: { admin: [root] } }',
      'identity.contacts.admin[0]: found "root", expected a URI such as mailto:admin@example.org',
    ],
    ['timeouts: { halfclose: 1m }', 'timeouts.halfclose: unknown key, did you mean timeouts.halfClose?'],
    ['domain: proxy.example.org', 'domain: unknown key, did you mean xmpp.domain?'],
    ['htp: { port: 1 }', 'htp: unknown key, did you mean http?'],
    ['log: { colour: red }', 'log.colour: unknown key, expected level, format, jids, addresses'],
    ['listen: [{ host: a, port: 1 }, { host: A, port: 1 }]', 'listen[1]: A:1 is listed twice'],
    [
      'streamhosts: [{ host: "::1", port: 1 }, { host: "[0::1]", port: 1 }]',
      'streamhosts[1]: [::1]:1 is listed twice',
    ],
    ['http: { port: 7777 }', 'http.port: 7777 is a port of `listen`, too; expected another one'],
    ['http: { host: "::1", port: 7777 }', 'http.port: 7777 is a port of `listen`, too; expected another one'],
    [
      'listen: [{ host: "::", port: 1 }, { host: 127.0.0.1, port: 1 }]',
      'listen[1]: 127.0.0.1:1 is listened to by the entry [::]:1 already; expected one of the two',
    ],
    [
      'listen: [{ host: 127.0.0.1, port: 1 }, { host: 0.0.0.0, port: 1 }]',
      'listen[1]: 0.0.0.0:1 is listened to by the entry 127.0.0.1:1 already; expected one of the two',
    ],
  ])('%s is told with its line, key, value and what was expected', async (line, told) => {
    expect(await problemsOf(`${MINIMAL}\n${line}\n`)).toEqual([`streamhost.yaml:3: ${told}`]);
  });

  it.each([
    ['user@proxy.example.org', 'a bare JID'],
    ['proxy..example.org', 'a domain with an empty label'],
    ['"*.example.org"', 'a wildcard'],
    ['proxy example', 'two words'],
  ])('a domain such as %s (%s) is no component address', async (domain) => {
    expect(await problemsOf(`xmpp:\n  domain: ${domain}\n  secret: s\n`)).toEqual([
      `streamhost.yaml:2: xmpp.domain: found "${domain.replaceAll('"', '')}", expected a domain such as proxy.example.org`,
    ]);
  });

  it.each(['localhost:5347', 'http://127.0.0.1:5347', 'xmpp://127.0.0.1', 'xmpp://a@b:1', 'xmpp://h:99999'])(
    'a service such as %s is no component port',
    async (service) => {
      expect(await problemsOf(`xmpp:\n  service: ${service}\n  domain: a.b\n  secret: s\n`)).toEqual([
        `streamhost.yaml:2: xmpp.service: found "${service}", expected xmpp://HOST:PORT, or xmpps://HOST:PORT for direct TLS`,
      ]);
    },
  );

  it('does not hide the others: all are listed, in the order of the lines', async () => {
    const content = 'log:\n  level: loud\nxmpp:\n  secrt: x\n  domain: a@b\nlisten: 7\nhttp: { prot: 1 }\n';
    expect(await problemsOf(content)).toEqual([
      'streamhost.yaml:2: log.level: found "loud", expected debug, info, warn, error or silent',
      'streamhost.yaml:3: xmpp.secret: missing, expected it, or xmpp.secretFile with the path of a file that has it ' +
        '(or set STREAMHOST_XMPP_SECRET or STREAMHOST_XMPP_SECRET_FILE)',
      'streamhost.yaml:4: xmpp.secrt: unknown key, did you mean xmpp.secret?',
      'streamhost.yaml:5: xmpp.domain: found "a@b", expected a domain such as proxy.example.org',
      'streamhost.yaml:6: listen: found 7, expected a list of at least one { host, port }',
      'streamhost.yaml:7: http.prot: unknown key, did you mean http.port?',
    ]);
  });

  it('is none where addresses have the port in common, but nothing else', async () => {
    const listen = 'listen: [{ host: 0.0.0.0, port: 1 }, { host: "::1", port: 1 }, { host: "::", port: 0 }]';
    expect(
      (await configOf(`${MINIMAL}${listen}\nhttp: { host: 127.0.0.1, port: 7777 }\n`)).listen,
    ).toHaveLength(3);
    const shared =
      'listen: [{ host: "::", port: 1, reusePort: true }, { host: 0.0.0.0, port: 1, reusePort: true }]';
    expect((await configOf(`${MINIMAL}${shared}\n`)).listen).toHaveLength(2);
  });

  it('with the back-off is told', async () => {
    const content = 'xmpp:\n  domain: a.b\n  secret: s\n  reconnect:\n    first: 2m\n';
    expect(await problemsOf(content)).toEqual([
      'streamhost.yaml:5: xmpp.reconnect.first: found 2 minutes, expected at most xmpp.reconnect.max, which is 1 minute',
    ]);
  });
});

describe('a file that is none', () => {
  it('because it is missing, a directory or empty is told in one line', async () => {
    const folder = temporaryFolder();
    const lines = async (file: string) => {
      const loaded = await loadConfig({ file, environment: {} });
      return loaded.ok ? [] : loaded.problems.map(formatProblem);
    };
    expect(await lines(`${folder}/nowhere.yaml`)).toEqual([`${folder}/nowhere.yaml: no such file`]);
    expect(await lines(folder)).toEqual([`${folder}: is a directory, expected a file`]);
    for (const nothing of ['', '\n\n', '# only a comment\n', '~\n']) {
      expect(await problemsOf(nothing)).toEqual(['streamhost.yaml: is empty, expected at least xmpp.domain']);
    }
  });

  it.each([
    ['domain = proxy\n', ':1: expected keys such as `xmpp:` and `listen:`, found no key at all'],
    ['- a\n- b\n', ':1: expected keys such as `xmpp:` and `listen:`, found no key at all'],
    ['xmpp:\n\tdomain: a\n', ':2: a tab in the indentation, expected spaces'],
    ['xmpp:\n  domain: a\n\tsecret: b\n', ':3: a tab in the indentation, expected spaces'],
    ['log: {}\nlog: {}\n', ':2: a key that is there already, expected each only once'],
    [
      'xmpp:\n  domain: a\n   service: b\n',
      ':2: not YAML: expected one key a line, as far to the right as its neighbours, and quotes around a text with a colon in it',
    ],
    ['log: {}\n---\nlog: {}\n', ':2: a second document begins here (---), expected only one'],
    ['access:\n  allow: [*.example.org]\n', ':2: text that begins with * must be in quotes'],
    ['access:\n  allow:\n    - *\n', ':3: text that begins with * must be in quotes'],
    ['log: {}\n? [a]\n: 2\n', ':2: expected a key such as `xmpp:`'],
  ])('because %j is not our YAML is told with the line', async (content, told) => {
    expect(await problemsOf(content)).toEqual([`streamhost.yaml${told}`]);
  });

  it('because it is not UTF-8 is told before a letter becomes another one', async () => {
    const latin = Buffer.from('xmpp: { domain: a.b, secret: "grüß" }', 'latin1');
    const file = configFile('');
    writeFileSync(file, latin);
    const loaded = await loadConfig({ file, environment: {} });
    expect(loaded.ok ? [] : loaded.problems.map(formatProblem)).toEqual([
      `${file}: is not UTF-8, expected a text in that encoding`,
    ]);
  });

  it('because its aliases would fill the memory is refused', async () => {
    const wide = (name: string, of: string) => `${name}: &${name} [${Array(20).fill(of).join(', ')}]\n`;
    const bomb = wide('a', 'x') + wide('b', '*a') + wide('c', '*b') + wide('d', '*c');
    expect(await problemsOf(bomb)).toEqual([
      'streamhost.yaml: is refused: its aliases (*name) would unfold to an enormous size',
    ]);
  });
});

describe('flags', () => {
  it('win over file and environment, and are named when they are wrong', async () => {
    const file = configFile(`${MINIMAL}log: { level: warn }\n`);
    const environment = { STREAMHOST_LOG_LEVEL: 'error' };
    const flag = (value: string) => [{ path: ['log', 'level'], value, where: '--log-level' }];
    expect(await loadConfig({ file, environment, flags: flag('debug') })).toMatchObject({
      config: { log: { level: 'debug' } },
    });
    expect(await loadConfig({ file, environment, flags: flag('loud') })).toMatchObject({
      problems: [{ where: '--log-level', key: 'log.level' }],
    });
  });
});
