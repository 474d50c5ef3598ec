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

/** It decides by itself when to splice; the decision depends on how the stream has flowed before. */
export const haproxy = haproxyWith({
  id: 'haproxy',
  title: 'HAProxy, splice-auto',
  options: ['splice-auto'],
  global: '',
});

/** It always splices, through pipes as large as those of the loop in C: the best that we found for it. */
export const tunedHaproxy = haproxyWith({
  id: 'haproxy-tuned',
  title: 'HAProxy, always splice',
  options: ['splice-request', 'splice-response'],
  global: `tune.pipesize ${PIPE_BYTES}`,
});

interface HaproxyVariant {
  readonly id: string;
  readonly title: string;
  readonly options: readonly string[];
  /** A line for the global section. */
  readonly global: string;
}

function haproxyWith({ id, title, options, global }: HaproxyVariant): Contender {
  return {
    id,
    title,
    async start() {
      requireCommand('haproxy', 'apt-get install haproxy');
      const ports = { port: await freePort(), backendPort: await freePort() };
      const folder = await mkdtemp(join(tmpdir(), 'streamhost-haproxy-'));
      const file = join(folder, 'haproxy.cfg');
      await writeFile(file, configuration(ports, options, global));
      const child = new Child({ title, command: 'haproxy', args: ['-V', '-db', '-f', file] });
      const stop = async () => {
        await child.stop('SIGTERM', STOP_MS);
        await rm(folder, { recursive: true, force: true });
      };
      await child.line(/Using \w+\(\) as the polling mechanism/, READY_MS).catch(async (error) => {
        await stop();
        throw error;
      });
      return { ...running(title, child, ports, versionOf('haproxy', ['-v'], /version (\S+)/)), stop };
    },
  };
}

function configuration(
  ports: { port: number; backendPort: number },
  options: readonly string[],
  global: string,
): string {
  const { port, backendPort } = ports;
  return `
global
  maxconn 4096
  ${global}
defaults
  mode tcp
${options.map((option) => `  option ${option}`).join('\n')}
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
