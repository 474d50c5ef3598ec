// Ports for programs that cannot be asked which one the system gave them.

import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

const ATTEMPTS = 50;

/** A loopback port that was free a moment ago; below the range that the system gives to outgoing connections. */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const port = randomInt(10_240, 32_000);
    if (await canBind(port)) return port;
  }
  throw new Error(`no free port in ${ATTEMPTS} attempts`);
}

async function canBind(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch {
    return false;
  }
  server.close();
  await once(server, 'close');
  return true;
}
