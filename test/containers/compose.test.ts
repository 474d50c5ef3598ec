// The compose files as checked out: server, streamhost and Prometheus come up together, work, and get over a fault.

import { randomBytes } from 'node:crypto';
import { getContainerRuntimeClient } from 'testcontainers';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { PrometheusClient } from '../support/interop/prometheus.ts';
import { describeWith } from '../support/requirements.ts';
import { Couple, moveFile } from './exchange.ts';
import { HurriedPrometheus } from './hurry.ts';
import { leftOvers, type Server, type Service, Stack } from './stack.ts';

const SIZE = 8 * 1024 * 1024;
const PIECE = 256 * 1024;

for (const server of ['prosody', 'ejabberd'] as const satisfies readonly Server[]) {
  const services: readonly Service[] = [server, 'streamhost', 'prometheus'];

  describeWith(['docker', 'compose'], `the compose file with ${server}`, () => {
    let stack: Stack;
    let prometheus: PrometheusClient;
    let hurried: HurriedPrometheus;

    beforeAll(async () => {
      hurried = await HurriedPrometheus.write();
      stack = await Stack.up(server, hurried.environment); // resolves when Prometheus has seen that streamhost joined
      prometheus = new PrometheusClient(stack.ports.prometheus);
    });

    afterAll(async () => {
      await stack?.down();
      await hurried?.remove();
      expect(await leftOvers()).toEqual([]);
    });

    it('moves a file between its two example accounts, byte for byte', async () => {
      const moved = await moveFile('localhost', stack.ports.xmpp, SIZE);
      expect(moved.streamhosts).toEqual([
        { jid: 'proxy.localhost', host: '127.0.0.1', port: stack.ports.socks },
      ]);
      expect(moved.received).toBe(moved.sent);
    });

    it('lets the doctor see a transfer from inside, whatever the port', async () => {
      const doctor = `streamhost doctor --config /etc/streamhost/streamhost.yaml --jid romeo@localhost --service xmpp://${server}:5222 --insecure`;
      const { output } = await stack
        .container('streamhost')
        .exec(doctor.split(' '), { env: { STREAMHOST_PASSWORD: 'for-trying-out-only' } });
      expect(output).toMatch(/✓ checksum: .* arrived whole/);
      expect(output).toContain('File transfer works');
    });

    it('publishes the ports for clients and the page of Prometheus, on the loopback only', async () => {
      expect(await published(server)).toEqual([`5222/tcp at 127.0.0.1:${stack.ports.xmpp}`]);
      expect(await published('streamhost')).toEqual([
        `${stack.ports.socks}/tcp at 127.0.0.1:${stack.ports.socks}`,
      ]);
      expect(await published('prometheus')).toEqual([`9090/tcp at 127.0.0.1:${stack.ports.prometheus}`]);
    });

    it.each(services)('runs %s without privileges on a read-only root', async (service) => {
      const { HostConfig } = await inspect(service);
      expect(HostConfig.ReadonlyRootfs).toBe(true);
      const { output } = await stack.container(service).exec(['cat', '/proc/1/status']);
      expect(output).toMatch(/^Uid:\s+[1-9]\d*\s/m);
      expect(output).toMatch(/^CapEff:\s+0+$/m);
      expect(output).toMatch(/^CapBnd:\s+0+$/m);
      expect(output).toMatch(/^NoNewPrivs:\s+1$/m);
      expect(output).toMatch(/^Seccomp:\s+2$/m);
    });

    it('relays by the zero-copy engine there', async () => {
      const [build] = await prometheus.query('streamhost_build_info');
      expect(build?.labels.engine).toBe('splice');
    });

    it('lets a running transfer go on while the server is stopped, and an alert fire until it is back', async () => {
      const couple = await Couple.logIn('localhost', stack.ports.xmpp);
      const stream = await couple.openStream();
      await stream.pass(randomBytes(PIECE));

      await stop(server);
      await stream.pass(randomBytes(PIECE));
      await prometheus.untilAlert('StreamhostLinkDown');
      await stream.pass(randomBytes(PIECE));
      const { sent, received } = await stream.finish();
      expect(received).toBe(sent);
      await couple.logOut();

      await start(server);
      await prometheus.untilAlert('StreamhostLinkDown', false);
      const moved = await moveFile('localhost', stack.ports.xmpp, PIECE);
      expect(moved.received).toBe(moved.sent);
    });

    it.each(services)('writes no secret into the log of %s', async (service) => {
      const running = await handle(service);
      const log = (await running.logs({ stdout: true, stderr: true, follow: false })).toString();
      expect(log).not.toBe('');
      expect(log).not.toContain('for-trying-out-only');
    });

    async function handle(service: Service) {
      const { container } = await getContainerRuntimeClient();
      return container.getById(stack.container(service).getId());
    }

    async function inspect(service: Service) {
      return (await handle(service)).inspect();
    }

    async function stop(service: Service): Promise<void> {
      await (await handle(service)).stop({ t: 20 });
    }

    async function start(service: Service): Promise<void> {
      await (await handle(service)).start();
    }

    async function published(service: Service): Promise<string[]> {
      const { NetworkSettings } = await inspect(service);
      return Object.entries(NetworkSettings.Ports).flatMap(([port, bindings]) =>
        (bindings ?? []).map(({ HostIp, HostPort }) => `${port} at ${HostIp}:${HostPort}`),
      );
    }
  });
}
