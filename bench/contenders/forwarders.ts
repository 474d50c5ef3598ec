// TCP forwarders: HAProxy with splice, and the loop over splice(2) in C as the limit. They know no rendezvous.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Child } from '../../test/support/interop/child.ts';
import { freePort } from '../../test/support/interop/free-port.ts';
import type { Contender, Running } from './contender.ts';
import { requireCommand, versionOf } from './software.ts';

const READY_MS = 10_000;
const STOP_MS = 10_000;
const PIPE_BYTES = 1 << 20;

export const spliceLoop: Contender = {
  id: 'c-splice',
  title: 'C splice loop (the limit)',
  async start(tools) {
    const ports = { port: await freePort(), backendPort: await freePort() };
    const args = [ports.port, ports.backendPort, PIPE_BYTES].map(String);
    const child = new Child({ title: this.title, command: tools['splice-loop'], args });
    await child.line(/^ready$/, READY_MS);
    return running(this.title, child, ports, `bench/native/splice-loop.c, ${PIPE_BYTES >> 10} KiB pipes`);
  },
};

export const haproxy: Contender = {
  id: 'haproxy',
  title: 'HAProxy, tcp with splice',
  async start() {
    requireCommand('haproxy', 'apt-get install haproxy');
    const ports = { port: await freePort(), backendPort: await freePort() };
    const folder = await mkdtemp(join(tmpdir(), 'streamhost-haproxy-'));
    const file = join(folder, 'haproxy.cfg');
    await writeFile(file, configuration(ports));
    const child = new Child({ title: this.title, command: 'haproxy', args: ['-V', '-db', '-f', file] });
    await child.line(/Using \w+\(\) as the polling mechanism/, READY_MS).catch(async (error) => {
      await child.stop('SIGTERM', STOP_MS);
      throw error;
    });
    const version = versionOf('haproxy', ['-v'], /version (\S+)/);
    const started = running(this.title, child, ports, version);
    return {
      ...started,
      async stop() {
        await started.stop();
        await rm(folder, { recursive: true, force: true });
      },
    };
  },
};

function configuration({ port, backendPort }: { port: number; backendPort: number }): string {
  return `
global
  maxconn 4096
  tune.pipesize ${PIPE_BYTES}
defaults
  mode tcp
  option splice-auto
  timeout connect 10s
  timeout client 10m
  timeout server 10m
frontend front
  bind 127.0.0.1:${port}
  default_backend back
backend back
  server receiver 127.0.0.1:${backendPort}
`;
}

function running(
  title: string,
  child: Child,
  ports: { port: number; backendPort: number },
  version: string,
): Running {
  return {
    title,
    route: { kind: 'forwarder', ...ports },
    pid: child.pid,
    version,
    stop: () => child.stop('SIGTERM', STOP_MS),
  };
}
