// docker/compose.yaml as checked out: Prosody, streamhost and Prometheus come up together and work.

import { getContainerRuntimeClient } from 'testcontainers';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWith } from '../support/requirements.ts';
import { moveFile } from './exchange.ts';
import { PROJECT, type Service, Stack } from './stack.ts';

const services = ['prosody', 'streamhost', 'prometheus'] as const satisfies readonly Service[];
const SIZE = 8 * 1024 * 1024;

describeWith(['docker', 'compose'], 'the compose file', () => {
  let stack: Stack | undefined;

  beforeAll(async () => {
    stack = await Stack.up(); // resolves when Prometheus's own query says that the target is up
  });

  afterAll(async () => {
    await stack?.down();
    expect(await leftOvers()).toEqual([]);
  });

  it('moves a file between its two example accounts, byte for byte', async () => {
    const { ports } = stackOf();
    const moved = await moveFile('localhost', ports.xmpp, SIZE);
    expect(moved.streamhost).toEqual({ jid: 'proxy.localhost', host: '127.0.0.1', port: ports.socks });
    expect(moved.received).toEqual(moved.sent);
    expect(moved.received.bytes).toBe(SIZE);
  });

  it('publishes the ports for clients and the page of Prometheus, on the loopback only', async () => {
    const { ports } = stackOf();
    expect(await published('prosody')).toEqual([`5222/tcp at 127.0.0.1:${ports.xmpp}`]);
    expect(await published('streamhost')).toEqual([`7777/tcp at 127.0.0.1:${ports.socks}`]);
    expect(await published('prometheus')).toEqual([`9090/tcp at 127.0.0.1:${ports.prometheus}`]);
  });

  it.each(services)('runs %s without privileges on a read-only root', async (service) => {
    const { HostConfig } = await inspect(service);
    expect(HostConfig.ReadonlyRootfs).toBe(true);
    const { output } = await stackOf().container(service).exec(['cat', '/proc/1/status']);
    expect(output).toMatch(/^Uid:\s+[1-9]\d*\s/m);
    expect(output).toMatch(/^CapEff:\s+0+$/m);
    expect(output).toMatch(/^NoNewPrivs:\s+1$/m);
  });

  it.each(services)('writes no secret into the log of %s', async (service) => {
    const { container } = await getContainerRuntimeClient();
    const running = container.getById(stackOf().container(service).getId());
    const log = (await running.logs({ stdout: true, stderr: true, follow: false })).toString();
    expect(log).not.toBe('');
    expect(log).not.toContain('for-trying-out-only');
  });

  function stackOf(): Stack {
    if (stack === undefined) throw new Error('the stack did not come up');
    return stack;
  }

  async function inspect(service: Service) {
    const { container } = await getContainerRuntimeClient();
    return container.inspect(container.getById(stackOf().container(service).getId()));
  }

  async function published(service: Service): Promise<string[]> {
    const { NetworkSettings } = await inspect(service);
    return Object.entries(NetworkSettings.Ports).flatMap(([port, bindings]) =>
      (bindings ?? []).map(({ HostIp, HostPort }) => `${port} at ${HostIp}:${HostPort}`),
    );
  }
});

/** What the project still has in the engine: containers, networks and volumes. */
async function leftOvers(): Promise<string[]> {
  const { dockerode } = (await getContainerRuntimeClient()).container;
  const filters = JSON.stringify({ label: [`com.docker.compose.project=${PROJECT}`] });
  const [containers, networks, { Volumes }] = await Promise.all([
    dockerode.listContainers({ all: true, filters }),
    dockerode.listNetworks({ filters }),
    dockerode.listVolumes({ filters }),
  ]);
  return [
    ...containers.flatMap(({ Names }) => Names),
    ...networks.map(({ Name }) => Name),
    ...(Volumes ?? []).map(({ Name }) => Name),
  ];
}
