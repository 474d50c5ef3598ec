// Every key from the environment.

import { describe, expect, it } from 'vitest';
import type { Environment } from '../../../src/config/environment.ts';
import { keys } from '../../../src/config/keys.ts';
import { loadConfig } from '../../../src/config/load.ts';
import { formatProblem } from '../../../src/config/problem.ts';
import { configFile } from '../../support/config-file.ts';

const ENOUGH = { STREAMHOST_XMPP_DOMAIN: 'proxy.example.org', STREAMHOST_XMPP_SECRET: 's3cr3t' };

/** The configuration that these variables give. */
async function configOf(environment: Environment) {
  const loaded = await loadConfig({ environment: { ...ENOUGH, ...environment } });
  if (!loaded.ok) throw new Error(loaded.problems.map(formatProblem).join('\n'));
  return loaded.config;
}

/** What is wrong with these variables. */
async function problemsOf(environment: Environment): Promise<string[]> {
  const loaded = await loadConfig({ environment: { ...ENOUGH, ...environment } });
  return loaded.ok ? [] : loaded.problems.map(formatProblem);
}

describe('the environment', () => {
  it('alone is enough', async () => {
    expect(await configOf({})).toMatchObject({ xmpp: { domain: 'proxy.example.org', secret: 's3cr3t' } });
  });

  it('without what is needed is told what to set', async () => {
    const loaded = await loadConfig({ environment: {} });
    expect(loaded.ok ? [] : loaded.problems.map(formatProblem)).toEqual([
      'xmpp.domain: missing, expected a domain such as proxy.example.org (or set STREAMHOST_XMPP_DOMAIN)',
      'xmpp.secret: missing, expected it, or xmpp.secretFile with the path of a file that has it ' +
        '(or set STREAMHOST_XMPP_SECRET or STREAMHOST_XMPP_SECRET_FILE)',
    ]);
  });

  it('wins over the file, key by key', async () => {
    const file = configFile('xmpp: { domain: a.b, secret: s }\ntimeouts: { pending: 1m, halfClose: 2m }\n');
    const loaded = await loadConfig({ file, environment: { STREAMHOST_TIMEOUTS_HALF_CLOSE: '3m' } });
    expect(loaded).toMatchObject({ config: { timeouts: { pending: 60_000, halfClose: 180_000 } } });
  });

  it('has one variable for each key', () => {
    expect(new Set(keys.map(({ variable }) => variable)).size).toBe(keys.length);
    expect(keys.find(({ name }) => name === 'timeouts.halfClose')?.variable).toBe(
      'STREAMHOST_TIMEOUTS_HALF_CLOSE',
    );
    expect(keys.find(({ name }) => name === 'xmpp.secretFile')?.variable).toBe('STREAMHOST_XMPP_SECRET_FILE');
  });

  it.each(keys.filter(({ fallback }) => fallback !== undefined))(
    'takes the default of $name, written out',
    async (key) => {
      const text = typeof key.fallback === 'string' ? key.fallback : JSON.stringify(key.fallback);
      expect(await configOf({ [key.variable]: text })).toEqual(await configOf({}));
    },
  );

  it('takes lists with commas, or as YAML', async () => {
    expect((await configOf({ STREAMHOST_ACCESS_ALLOW: 'a.org, b.org' })).access.allow).toEqual([
      'a.org',
      'b.org',
    ]);
    expect((await configOf({ STREAMHOST_ACCESS_ALLOW: '[a.org, "*.b.org"]' })).access.allow).toEqual([
      'a.org',
      '*.b.org',
    ]);
    expect((await configOf({ STREAMHOST_ACCESS_ALLOW: '*' })).access.allow).toEqual(['*']);
    expect((await configOf({ STREAMHOST_ACCESS_ALLOW: '[]' })).access.allow).toEqual([]);
  });

  it('takes addresses as HOST:PORT, IPv6 in brackets, or as YAML', async () => {
    expect((await configOf({ STREAMHOST_LISTEN: '[::]:7777,127.0.0.1:7778' })).listen).toEqual([
      { host: '::', port: 7777 },
      { host: '127.0.0.1', port: 7778 },
    ]);
    expect(
      (await configOf({ STREAMHOST_STREAMHOSTS: '[{ host: proxy.example.org, port: 1 }]' })).streamhosts,
    ).toEqual([{ host: 'proxy.example.org', port: 1 }]);
  });

  it('takes numbers and switches', async () => {
    const { http, identity } = await configOf({
      STREAMHOST_HTTP_PORT: '0',
      STREAMHOST_HTTP_ENABLED: 'false',
      STREAMHOST_IDENTITY_SHOW_OS: 'true',
    });
    expect(http).toMatchObject({ port: 0, enabled: false });
    expect(identity.showOs).toBe(true);
  });

  it('takes limits, sizes and classes, and a number of threads', async () => {
    const { limits, rates, relay, classes } = await configOf({
      STREAMHOST_LIMITS_STREAMS_PER_USER: '7',
      STREAMHOST_LIMITS_STREAMS_PER_DOMAIN: 'none',
      STREAMHOST_LIMITS_EXEMPT: '10.0.0.0/8, ::1',
      STREAMHOST_RATES_USER: '10MB',
      STREAMHOST_RATES_TOTAL: '1000000',
      STREAMHOST_RELAY_WORKERS: '2',
      STREAMHOST_CLASSES:
        '[{ name: staff, match: { jids: [example.org] }, limits: { streamsPerUser: none } }]',
    });
    expect(limits).toMatchObject({
      streamsPerUser: 7,
      streamsPerDomain: Number.POSITIVE_INFINITY,
      exempt: ['10.0.0.0/8', '::1'],
    });
    expect(rates).toMatchObject({ user: 10_000_000, total: 1_000_000 });
    expect(relay.workers).toBe(2);
    expect(classes).toMatchObject([{ name: 'staff', limits: { streamsPerUser: Number.POSITIVE_INFINITY } }]);
  });

  it('takes an empty variable as not set', async () => {
    expect(
      (await configOf({ STREAMHOST_LOG_LEVEL: '', STREAMHOST_ACCESS_ALLOW: '' })).access.allow,
    ).toBeUndefined();
  });

  it('passes over what Docker and Kubernetes say about a service of our name', async () => {
    const links = {
      STREAMHOST_PORT: 'tcp://10.0.0.1:7777',
      STREAMHOST_PORT_7777_TCP: 'tcp://10.0.0.1:7777',
      STREAMHOST_PORT_7777_TCP_PROTO: 'tcp',
      STREAMHOST_PORT_7777_TCP_PORT: '7777',
      STREAMHOST_PORT_7777_TCP_ADDR: '10.0.0.1',
      STREAMHOST_SERVICE_HOST: '10.0.0.1',
      STREAMHOST_SERVICE_PORT: '7777',
      STREAMHOST_SERVICE_PORT_SOCKS: '7777',
      STREAMHOST_HTTP_PORT: 'tcp://10.0.0.2:9565',
    };
    expect(await configOf(links)).toEqual(await configOf({}));
  });

  it.each([
    [
      { STREAMHOST_LOG_LEVL: 'debug' },
      'STREAMHOST_LOG_LEVL: unknown variable, did you mean STREAMHOST_LOG_LEVEL?',
    ],
    [
      { STREAMHOST_COLOUR_SCHEME: 'x' },
      'STREAMHOST_COLOUR_SCHEME: unknown variable, expected one that docs/CONFIGURATION.md lists',
    ],
    [
      { STREAMHOST_TIMEOUTS_HALF_CLOSE: 'soon' },
      'STREAMHOST_TIMEOUTS_HALF_CLOSE: timeouts.halfClose: found "soon", expected a duration from 1ms to 596h, such as 500ms, 10s, 5m or 2h',
    ],
    [
      { STREAMHOST_HTTP_PORT: 'http' },
      'STREAMHOST_HTTP_PORT: http.port: found "http", expected a port from 0 to 65535',
    ],
    [
      { STREAMHOST_HTTP_ENABLED: 'yes' },
      'STREAMHOST_HTTP_ENABLED: http.enabled: found "yes", expected true or false',
    ],
    [
      { STREAMHOST_LISTEN: '::' },
      'STREAMHOST_LISTEN: listen: found "::", expected HOST:PORT, IPv6 in brackets',
    ],
    [
      { STREAMHOST_CLASSES: 'staff' },
      'STREAMHOST_CLASSES: classes: found "staff", expected a list of at most 1000 { name, match, … }',
    ],
    [
      { STREAMHOST_LISTEN: '1.2.3.4:99999' },
      'STREAMHOST_LISTEN: listen[0].port: found 99999, expected a port from 0 to 65535',
    ],
    [
      { STREAMHOST_LISTEN: '[{ host: "::" ]' },
      'STREAMHOST_LISTEN: listen: found "[{ host: \\"::\\" ]", expected a YAML list such as [a, b]',
    ],
    [
      { STREAMHOST_ACCESS_ALLOW: 'a.org,,b.org' },
      'STREAMHOST_ACCESS_ALLOW: access.allow[1]: found "", expected user@domain/resource, user@domain, domain, *.domain or *',
    ],
  ])('%j is told with the variable', async (environment, told) => {
    expect(await problemsOf(environment)).toEqual([told]);
  });

  it('leaves the passwords of users to the commands that take them', async () => {
    await expect(problemsOf({ STREAMHOST_PASSWORD: 'x', STREAMHOST_OTHER_PASSWORD: 'y' })).resolves.toEqual(
      [],
    );
  });
});
