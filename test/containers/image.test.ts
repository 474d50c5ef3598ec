// The streamhost image at work beside Prosody: what it moves, what it may do, how little it needs, how it ends.

import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { getContainerRuntimeClient, type StartedTestContainer, Wait } from 'testcontainers';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { sumOfMetric } from '../support/interop/metrics.ts';
import { describeWith } from '../support/requirements.ts';
import { Couple, moveFile } from './exchange.ts';
import { DOCKER, STREAMHOST } from './images.ts';
import { DOMAIN, Site, type StartedProxy } from './site.ts';

const SIZE = 32 * 1024 * 1024;
const PIECE = 64 * 1024;
const STREAMS = 500;
const GRACE_SECONDS = 30;
const LIMIT_MIB = 128;
/** All streams are one person's, from one address. */
const ONE_FOR_ALL = {
  STREAMHOST_LIMITS_STREAMS_PER_USER: 'none',
  STREAMHOST_LIMITS_WAITING_PER_ADDRESS: 'none',
  STREAMHOST_LIMITS_CONNECTIONS_PER_SECOND: 'none',
};

describeWith(['docker'], 'the streamhost image', () => {
  let site: Site;
  let proxy: StartedProxy;

  beforeAll(async () => {
    site = await Site.start();
    proxy = await site.startProxy({ memoryGiB: LIMIT_MIB / 1024, environment: ONE_FOR_ALL });
  });

  afterAll(() => site?.stop());

  it('moves a file from one user to another, byte for byte', async () => {
    const moved = await moveFile(DOMAIN, site.c2sPort, SIZE);
    const streamhost = { jid: `proxy.${DOMAIN}`, host: '127.0.0.1', port: proxy.socksPort };
    expect(moved.streamhosts).toEqual([streamhost]);
    expect(moved.received).toBe(moved.sent);
  });

  it('counts the bytes that it has moved at /metrics', async () => {
    const relayed = async () =>
      sumOfMetric(await (await proxy.get('/metrics')).text(), 'streamhost_relayed_bytes_total');
    const before = await relayed();
    await moveFile(DOMAIN, site.c2sPort, SIZE);
    expect((await relayed()) - before).toBe(SIZE);
  });

  it('has a health check that passes, and its labels', async () => {
    const { Config } = await inspect(proxy.container);
    const [kind, ...command] = Config.Healthcheck?.Test ?? [];
    expect(kind).toBe('CMD');
    expect(await proxy.container.exec(command)).toMatchObject({ output: 'ok\n', exitCode: 0 });
    expect(Config.Labels).toMatchObject({
      'org.opencontainers.image.title': 'streamhost',
      'org.opencontainers.image.licenses': 'Apache-2.0',
    });
  });

  it('adds as much to its base image as docker/README.md says', async () => {
    const readme = await readFile(`${DOCKER}/README.md`, 'utf8');
    const [, told, base = ''] = /(\d+) MB on top of `([^`]+)`/.exec(readme) ?? [];
    const added = (await sizeOf(STREAMHOST)) - (await sizeOf(base));
    expect(Math.round(added / 1e6)).toBe(Number(told));
  });

  it('runs Node.js itself as process 1, without privileges, under the default seccomp profile', async () => {
    const { output } = await proxy.container.exec(['cat', '/proc/1/status']);
    expect(output).toMatch(/^Name:\s+(node|MainThread)$/m);
    expect(output).toMatch(/^Uid:\s+1000\s+1000\s+1000\s+1000$/m);
    expect(output).toMatch(/^CapEff:\s+0+$/m);
    expect(output).toMatch(/^Seccomp:\s+2$/m);
  });

  it('cannot change the program that it runs', async () => {
    const { exitCode } = await proxy.container.exec(['test', '-w', '/opt/streamhost/dist/cli/main.js']);
    expect(exitCode).toBe(1);
  });

  it('has the command streamhost for whoever looks inside', async () => {
    const { exitCode, output } = await proxy.container.exec(['streamhost', '--version']);
    expect(exitCode).toBe(0);
    expect(output).toMatch(/\d+\.\d+\.\d+/);
  });

  it(`moves bytes through ${STREAMS} streams at once in ${LIMIT_MIB} MiB of memory`, async () => {
    const couple = await Couple.logIn(DOMAIN, site.c2sPort);
    const streams = [];
    while (streams.length < STREAMS) streams.push(await couple.openStream());
    await Promise.all(streams.map((stream) => stream.pass(randomBytes(PIECE))));
    const sums = await Promise.all(streams.map((stream) => stream.finish()));
    expect(sums.filter(({ sent, received }) => sent !== received)).toEqual([]);
    await couple.logOut();

    const { State, HostConfig, RestartCount } = await inspect(proxy.container);
    expect(HostConfig.Memory).toBe(LIMIT_MIB * 1024 * 1024);
    expect(State).toMatchObject({ Running: true, OOMKilled: false });
    expect(RestartCount).toBe(0);
  });

  it('stays up with a wrong secret, says so without it, and is healthy but not ready', async () => {
    const until = Wait.forLogMessage(/the server does not accept the secret for proxy\.example\.test/);
    const wrong = await site.startProxy({ secretFile: 'accounts.example', until });
    const { output, exitCode } = await wrong.container.exec([
      'streamhost',
      'health',
      '--ready',
      '-c',
      CONFIG,
    ]);
    expect(exitCode).toBe(1);
    expect(output).toMatch(/^\[-\] xmpp: /m);
    expect(await logOf(wrong.container)).not.toContain('# One user:password a line');
  });

  // The last test: it stops the container.
  it('lets a running transfer finish on docker stop, takes nobody new, and exits with 0', async () => {
    const couple = await Couple.logIn(DOMAIN, site.c2sPort);
    const stream = await couple.openStream();
    await stream.pass(randomBytes(PIECE));

    const { container } = await getContainerRuntimeClient();
    const stopped = container.getById(proxy.container.getId()).stop({ t: GRACE_SECONDS });
    while ((await proxy.get('/readyz')).status !== 503) await stream.pass(randomBytes(PIECE));
    await expect(couple.openStream()).rejects.toThrow();
    await stream.pass(randomBytes(PIECE));
    const { sent, received } = await stream.finish();
    expect(received).toBe(sent);

    await stopped;
    await couple.logOut();
    const { State } = await inspect(proxy.container);
    expect(State).toMatchObject({ ExitCode: 0, OOMKilled: false });
    expect(await logOf(proxy.container)).toMatch(/"event":"stopped","unfinished":0/);
  });
});

const CONFIG = '/etc/streamhost/streamhost.yaml';

async function inspect(started: StartedTestContainer) {
  const { container } = await getContainerRuntimeClient();
  return container.inspect(container.getById(started.getId()));
}

async function sizeOf(image: string): Promise<number> {
  const { container } = await getContainerRuntimeClient();
  return (await container.dockerode.getImage(image).inspect()).Size;
}

async function logOf(started: StartedTestContainer): Promise<string> {
  const { container } = await getContainerRuntimeClient();
  const handle = container.getById(started.getId());
  return (await handle.logs({ stdout: true, stderr: true, follow: false })).toString();
}
