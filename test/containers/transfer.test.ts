// The streamhost image at work: beside Prosody on a network of its own, without the compose file.

import {
  getContainerRuntimeClient,
  Network,
  type StartedNetwork,
  type StartedTestContainer,
  Wait,
} from 'testcontainers';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { freePort } from '../support/interop/free-port.ts';
import { sumOfMetric } from '../support/interop/metrics.ts';
import { describeWith } from '../support/requirements.ts';
import { moveFile } from './exchange.ts';
import { buildProsody, buildStreamhost, DOCKER } from './images.ts';

const DOMAIN = 'example.test';
const SIZE = 32 * 1024 * 1024;
const GRACE_SECONDS = 20;
const secret = {
  source: `${DOCKER}/secrets/component-secret.example`,
  target: '/run/secrets/component-secret',
  mode: 'ro' as const,
};
const accounts = {
  source: `${DOCKER}/secrets/accounts.example`,
  target: '/run/secrets/accounts',
  mode: 'ro' as const,
};

describeWith(['docker'], 'the streamhost image', () => {
  let network: StartedNetwork;
  let prosody: StartedTestContainer;
  let streamhost: StartedTestContainer;
  let socksPort: number;

  beforeAll(async () => {
    const images = { prosody: await buildProsody(), streamhost: await buildStreamhost() };
    network = await new Network().start();
    prosody = await images.prosody
      .withNetwork(network)
      .withNetworkAliases('prosody')
      .withEnvironment({
        XMPP_DOMAIN: DOMAIN,
        COMPONENT_SECRET_FILE: secret.target,
        ACCOUNTS_FILE: accounts.target,
      })
      .withBindMounts([secret, accounts])
      .withExposedPorts(5222)
      .withWaitStrategy(Wait.forHealthCheck())
      .start();
    socksPort = await freePort();
    streamhost = await images.streamhost
      .withNetwork(network)
      .withEnvironment({
        STREAMHOST_XMPP_SERVICE: 'xmpp://prosody:5347',
        STREAMHOST_XMPP_DOMAIN: `proxy.${DOMAIN}`,
        STREAMHOST_XMPP_SECRET_FILE: secret.target,
        STREAMHOST_STREAMHOSTS: `127.0.0.1:${socksPort}`,
      })
      .withBindMounts([secret])
      .withExposedPorts({ container: 7777, host: socksPort }, 9565)
      .withDroppedCapabilities('ALL')
      .withWaitStrategy(Wait.forHttp('/readyz', 9565))
      .start();
  });

  afterAll(async () => {
    await streamhost?.stop();
    await prosody?.stop();
    await network?.stop();
  });

  const get = (path: string) => fetch(`http://127.0.0.1:${streamhost.getMappedPort(9565)}${path}`);

  it('moves a file from one user to another, byte for byte', async () => {
    const moved = await moveFile(DOMAIN, prosody.getMappedPort(5222), SIZE);
    expect(moved.streamhost).toEqual({ jid: `proxy.${DOMAIN}`, host: '127.0.0.1', port: socksPort });
    expect(moved.received).toEqual(moved.sent);
    expect(moved.received.bytes).toBe(SIZE);
  });

  it('counts the bytes that it has moved at /metrics', async () => {
    const before = sumOfMetric(await (await get('/metrics')).text(), 'streamhost_relayed_bytes_total');
    await moveFile(DOMAIN, prosody.getMappedPort(5222), SIZE);
    const after = sumOfMetric(await (await get('/metrics')).text(), 'streamhost_relayed_bytes_total');
    expect(after - before).toBe(SIZE);
  });

  it('says at /readyz that it has joined the server', async () => {
    const response = await get('/readyz');
    expect(response.status).toBe(200);
  });

  it('has a health check that passes', async () => {
    const { container } = await getContainerRuntimeClient();
    const { Config } = await container.inspect(container.getById(streamhost.getId()));
    const [kind, ...command] = Config.Healthcheck?.Test ?? [];
    expect(kind).toBe('CMD');
    const { exitCode, output } = await streamhost.exec(command);
    expect(output).toBe('');
    expect(exitCode).toBe(0);
  });

  it('runs Node.js itself as process 1, without privileges', async () => {
    const { output } = await streamhost.exec(['cat', '/proc/1/status']);
    expect(output).toMatch(/^Name:\s+(node|MainThread)$/m);
    expect(output).toMatch(/^Uid:\s+1000\s+1000\s+1000\s+1000$/m);
    expect(output).toMatch(/^CapEff:\s+0+$/m);
  });

  it('cannot change the program that it runs', async () => {
    const { exitCode } = await streamhost.exec(['test', '-w', '/opt/streamhost/dist/cli/main.js']);
    expect(exitCode).toBe(1);
  });

  it('has the command streamhost for whoever looks inside', async () => {
    const { exitCode, output } = await streamhost.exec(['streamhost', '--version']);
    expect(exitCode).toBe(0);
    expect(output).toMatch(/\d+\.\d+\.\d+/);
  });

  // The last test: it stops the container.
  it('exits with 0 on docker stop, before the engine would kill it', async () => {
    const { container } = await getContainerRuntimeClient();
    const running = container.getById(streamhost.getId());
    await running.stop({ t: GRACE_SECONDS });
    const { State } = await container.inspect(running);
    expect(State.ExitCode).toBe(0);
    expect(State.OOMKilled).toBe(false);
  });
});
