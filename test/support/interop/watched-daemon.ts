// A daemon with traffic until it is stopped, and Debian's Prometheus watching it.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ComponentPort } from '../../soak/component-port.ts';
import { Daemon } from './daemon.ts';
import { Prometheus } from './prometheus.ts';
import { makeTraffic } from './traffic.ts';

const proxy = { domain: 'proxy.example.org', secret: 'watched' };

export class WatchedDaemon {
  readonly daemon: Daemon;
  readonly prometheus: Prometheus;
  readonly server: ComponentPort;
  readonly #end = new AbortController();
  readonly #traffic: Promise<void>;
  readonly #folder: string;

  /** @param rules files of rules for Prometheus, which scrapes once a second */
  static async start(rules: readonly string[] = []): Promise<WatchedDaemon> {
    const folder = await mkdtemp(join(tmpdir(), 'streamhost-watched-'));
    const server = await ComponentPort.open();
    const daemon = await Daemon.join(
      { proxy, componentPort: server.port, folder },
      {
        config: {
          limits: { connectionsPerSecond: 'none', waitingPerAddress: 'none' },
          timeouts: { handshake: '2s', pending: '10s' },
        },
      },
    );
    const target = await daemon.usage(async (_pid, url) => new URL(url).host);
    const prometheus = await Prometheus.start({ folder: join(folder, 'prometheus'), target, rules });
    return new WatchedDaemon(folder, server, daemon, prometheus);
  }

  private constructor(folder: string, server: ComponentPort, daemon: Daemon, prometheus: Prometheus) {
    this.#folder = folder;
    this.server = server;
    this.daemon = daemon;
    this.prometheus = prometheus;
    const site = { server, port: daemon.streamhost.port, domain: proxy.domain };
    this.#traffic = makeTraffic(site, this.#end.signal);
  }

  async stop(): Promise<void> {
    this.#end.abort();
    await this.#traffic;
    await this.prometheus.stop();
    await this.daemon.stop();
    await this.server.close();
    await rm(this.#folder, { recursive: true });
  }
}
