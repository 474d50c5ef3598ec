// docker/compose.yaml brought up on free ports, with compose v2 or the stand-alone docker-compose 1.

import { spawnSync } from 'node:child_process';
import {
  DockerComposeEnvironment,
  type StartedDockerComposeEnvironment,
  type StartedTestContainer,
  Wait,
} from 'testcontainers';
import { freePort } from '../support/interop/free-port.ts';
import { DOCKER } from './images.ts';

/** The same in every run: the images are named after it, and their layers are found again. */
export const PROJECT = 'streamhost-containers-test';
export type Service = 'prosody' | 'streamhost' | 'prometheus';

export interface Ports {
  readonly xmpp: number;
  readonly socks: number;
  readonly prometheus: number;
}

export class Stack {
  readonly ports: Ports;
  readonly #environment: StartedDockerComposeEnvironment;

  /** Builds the images, and resolves when streamhost has joined Prosody and Prometheus has reached streamhost. */
  static async up(): Promise<Stack> {
    const ports = { xmpp: await freePort(), socks: await freePort(), prometheus: await freePort() };
    const environment = new DockerComposeEnvironment(DOCKER, 'compose.yaml')
      .withProjectName(PROJECT)
      .withBuild()
      .withEnvironment({
        XMPP_PORT: String(ports.xmpp),
        SOCKS5_PORT: String(ports.socks),
        PROMETHEUS_PORT: String(ports.prometheus),
      })
      .withWaitStrategy(nameOf('prosody'), Wait.forHealthCheck())
      .withWaitStrategy(nameOf('prometheus'), Wait.forHttp(upQuery, 9090).forResponsePredicate(saysUp));
    if (isStandalone) environment.withClientOptions({ executable: { standalone: true } });
    return new Stack(ports, await environment.up());
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

const upQuery = `/api/v1/query?query=${encodeURIComponent('up{job="streamhost"} == 1')}`;

/** Whether Prometheus's last scrape of the one target succeeded. */
function saysUp(body: string): boolean {
  const answer: unknown = JSON.parse(body);
  return JSON.stringify(answer).includes('"instance":"streamhost:9565"');
}
