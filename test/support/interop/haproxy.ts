// HAProxy as Debian ships it, as a load balancer before the proxy: one process in the foreground.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { temporaryFolder } from '../config-file.ts';
import { Child } from './child.ts';
import { freePort } from './free-port.ts';

const READY_MS = 20_000;
const STOP_MS = 10_000;

/**
 * Starts it before a port of the loopback and waits until its own check has been answered there; the test's end stops
 * it. Resolves with the port at which it listens.
 * @param header how it tells from whom it has a connection
 * @param host where it listens
 */
export async function startLoadBalancer(
  target: number,
  header: 'send-proxy' | 'send-proxy-v2',
  host = '127.0.0.1',
): Promise<number> {
  const port = await freePort();
  const file = join(temporaryFolder(), 'haproxy.cfg');
  const bind = host.includes(':') ? `[${host}]` : host;
  await writeFile(file, configuration(`${bind}:${port}`, target, header));
  const child = new Child({
    title: 'HAProxy',
    command: 'haproxy',
    args: ['-db', '-V', '-f', file],
    fatal: /ALERT/,
  });
  onTestFinished(async () => void (await child.stop('SIGTERM', STOP_MS)));
  await child.line(/Health check for server \S+ succeeded/, READY_MS);
  return port;
}

/** The check begins with a header of its own (LOCAL, or UNKNOWN) and greets as a SOCKS client does. */
function configuration(bind: string, target: number, header: string): string {
  return `
global
  log stdout format raw local0
defaults
  mode tcp
  log global
  option log-health-checks
  timeout connect 10s
  timeout client 60s
  timeout server 60s
listen socks
  bind ${bind}
  option tcp-check
  tcp-check connect send-proxy
  tcp-check send-binary 050100
  tcp-check expect binary 0500
  server streamhost 127.0.0.1:${target} check inter 200ms fall 100 ${header}
`;
}
