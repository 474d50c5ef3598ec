// One Prosody and one streamhost in containers, on networks that a test makes; without the compose files.

import {
  getContainerRuntimeClient,
  Network,
  type StartedNetwork,
  type StartedTestContainer,
  Wait,
  type WaitStrategy,
} from 'testcontainers';
import { freePort } from '../support/interop/free-port.ts';
import { buildProsody, buildStreamhost, DOCKER } from './images.ts';

export const DOMAIN = 'example.test';
const SECRETS = '/run/secrets';

export interface ProxyOptions {
  /** Further environment. */
  readonly environment?: Readonly<Record<string, string>>;
  /** The host that clients are told; default: 127.0.0.1 with the published port. */
  readonly host?: string;
  /** A file of docker/secrets. */
  readonly secretFile?: string;
  readonly memoryGiB?: number;
  /** Default: until it is ready. */
  readonly until?: WaitStrategy;
}

export interface StartedProxy {
  readonly container: StartedTestContainer;
  /** Where it is published. */
  readonly socksPort: number;
  get(path: string): Promise<Response>;
}

export class Site {
  readonly networks: readonly StartedNetwork[];
  readonly prosody: StartedTestContainer;
  readonly #proxies: StartedTestContainer[] = [];

  /** A Prosody that so many networks of their own reach as `prosody`. */
  static async start(networkCount = 1): Promise<Site> {
    const image = await buildProsody();
    const networks = [];
    while (networks.length < networkCount) networks.push(await new Network().start());
    const prosody = await image
      .withNetwork(first(networks))
      .withNetworkAliases('prosody')
      .withEnvironment({
        XMPP_DOMAIN: DOMAIN,
        COMPONENT_SECRET_FILE: `${SECRETS}/component-secret.example`,
        ACCOUNTS_FILE: `${SECRETS}/accounts.example`,
      })
      .withBindMounts([secret('component-secret.example'), secret('accounts.example')])
      .withExposedPorts(5222)
      .withWaitStrategy(Wait.forHealthCheck())
      .start();
    const site = new Site(networks, prosody);
    await site.#joinOthers(prosody, 'prosody');
    return site;
  }

  private constructor(networks: readonly StartedNetwork[], prosody: StartedTestContainer) {
    this.networks = networks;
    this.prosody = prosody;
  }

  /** The published port for clients. */
  get c2sPort(): number {
    return this.prosody.getMappedPort(5222);
  }

  /** A streamhost on every network, reached there as `relay`. */
  async startProxy(options: ProxyOptions = {}): Promise<StartedProxy> {
    const { environment, host, secretFile = 'component-secret.example', memoryGiB, until } = options;
    const image = await buildStreamhost();
    const socksPort = await freePort();
    image
      .withNetwork(first(this.networks))
      .withNetworkAliases('relay')
      .withEnvironment({
        STREAMHOST_XMPP_SERVICE: 'xmpp://prosody:5347',
        STREAMHOST_XMPP_DOMAIN: `proxy.${DOMAIN}`,
        STREAMHOST_XMPP_SECRET_FILE: `${SECRETS}/${secretFile}`,
        STREAMHOST_STREAMHOSTS: host === undefined ? `127.0.0.1:${socksPort}` : `${host}:7777`,
        ...environment,
      })
      .withBindMounts([secret(secretFile)])
      .withExposedPorts({ container: 7777, host: socksPort }, 9565)
      .withDroppedCapabilities('ALL')
      .withWaitStrategy(until ?? Wait.forHttp('/readyz', 9565));
    if (memoryGiB !== undefined) image.withResourcesQuota({ memory: memoryGiB });
    const container = await image.start();
    this.#proxies.push(container);
    await this.#joinOthers(container, 'relay');
    const httpPort = container.getMappedPort(9565);
    return { container, socksPort, get: (path) => fetch(`http://127.0.0.1:${httpPort}${path}`) };
  }

  async stop(): Promise<void> {
    for (const proxy of this.#proxies) await proxy.stop();
    await this.prosody.stop();
    for (const network of this.networks) await network.stop();
  }

  async #joinOthers(started: StartedTestContainer, alias: string): Promise<void> {
    const { container, network } = await getContainerRuntimeClient();
    for (const other of this.networks.slice(1)) {
      const handle = container.getById(started.getId());
      await container.connectToNetwork(handle, network.getById(other.getId()), [alias]);
    }
  }
}

function first(networks: readonly StartedNetwork[]): StartedNetwork {
  const [network] = networks;
  if (network === undefined) throw new Error('a site needs one network at least');
  return network;
}

function secret(name: string): { source: string; target: string; mode: 'ro' } {
  return { source: `${DOCKER}/secrets/${name}`, target: `${SECRETS}/${name}`, mode: 'ro' };
}
