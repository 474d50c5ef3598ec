// A compose file of docker/ brought up on free ports, with compose v2 or the stand-alone docker-compose 1.

import { spawnSync } from 'node:child_process';
import {
  DockerComposeEnvironment,
  getContainerRuntimeClient,
  type StartedDockerComposeEnvironment,
  type StartedTestContainer,
  Wait,
} from 'testcontainers';
import { freePort } from '../support/interop/free-port.ts';
import { DOCKER } from './images.ts';

/** The same in every run: the images are named after it, and their layers are found again. */
const PROJECT = 'streamhost-containers-test';
/** The XMPP server of each compose file. */
export type Server = 'prosody' | 'ejabberd';
export type Service = Server | 'streamhost' | 'prometheus';

const files: Readonly<Record<Server, string>> = {
  prosody: 'compose.yaml',
  ejabberd: 'compose.ejabberd.yaml',
};

export interface Ports {
  readonly xmpp: number;
  readonly socks: number;
  readonly prometheus: number;
}

export class Stack {
  readonly ports: Ports;
  readonly #environment: StartedDockerComposeEnvironment;

  /** Builds the images, and resolves when streamhost has joined the server and Prometheus has seen it. */
  static async up(server: Server, environment: Readonly<Record<string, string>> = {}): Promise<Stack> {
    const ports = { xmpp: await freePort(), socks: await freePort(), prometheus: await freePort() };
    const stack = new DockerComposeEnvironment(DOCKER, files[server])
      .withProjectName(PROJECT)
      .withBuild()
      .withEnvironment({
        XMPP_PORT: String(ports.xmpp),
        SOCKS5_PORT: String(ports.socks),
        PROMETHEUS_PORT: String(ports.prometheus),
        ...environment,
      })
      .withWaitStrategy(nameOf(server), Wait.forHealthCheck())
      .withWaitStrategy(nameOf('prometheus'), Wait.forHttp(joinedQuery, 9090).forResponsePredicate(saysOurs));
    if (isStandalone) stack.withClientOptions({ executable: { standalone: true } });
    return new Stack(ports, await stack.up());
  }

  private constructor(ports: Ports, environment: StartedDockerComposeEnvironment) {
    this.ports = ports;
    this.#environment = environment;
  }

  container(service: Service): StartedTestContainer {
    return this.#environment.getContainer(nameOf(service));
  }

  /** Removes containers, networks and volumes. */
  async down(): Promise<void> {
    await this.#environment.down({ removeVolumes: true });
  }
}

const isStandalone = spawnSync('docker', ['compose', 'version'], { stdio: 'ignore' }).status !== 0;

/** How testcontainers calls a service's container; it takes the project off names with hyphens only. */
function nameOf(service: Service): string {
  return isStandalone ? `${PROJECT}_${service}_1` : `${service}-1`;
}

const joinedQuery = `/api/v1/query?query=${encodeURIComponent('streamhost_xmpp_connected == 1')}`;

/** Whether the answer has a series of the one target. */
function saysOurs(body: string): boolean {
  const answer: unknown = JSON.parse(body);
  return JSON.stringify(answer).includes('"instance":"streamhost:9565"');
}

/** What the project still has in the engine: containers, networks and volumes. */
export async function leftOvers(): Promise<string[]> {
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
