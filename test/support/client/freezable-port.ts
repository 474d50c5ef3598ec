// The way to a server that can go dead: connections stay open, and not a byte moves any more; or they are cut.

import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

export interface FreezablePort {
  readonly port: number;
  freeze(): void;
  /** Ends every connection, and takes no more. */
  cut(): void;
}

/** In front of a port of this machine, until the test is over. */
export async function freezablePort(port: number): Promise<FreezablePort> {
  const sockets = new Set<Socket>();
  let isFrozen = false;
  const server = createServer({ allowHalfOpen: true }, (near) => {
    const far = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one.on('error', () => {}));
      one.on('data', (chunk) => isFrozen || other.write(chunk));
      one.on('end', () => isFrozen || other.end());
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const cut = () => {
    for (const socket of sockets) socket.destroy();
    server.close();
  };
  onTestFinished(cut);
  return {
    cut,
    port: (server.address() as AddressInfo).port,
    freeze: () => {
      isFrozen = true;
    },
  };
}
