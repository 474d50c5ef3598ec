// The images of docker/, built from this checkout; they stay in the engine, so that the next run finds its layers.

import { fileURLToPath } from 'node:url';
import { GenericContainer } from 'testcontainers';

/** The repository, the build context of the streamhost image. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
export const DOCKER = `${ROOT}docker`;

const keepIt = { deleteOnExit: false };

export async function buildStreamhost(): Promise<GenericContainer> {
  const builder = GenericContainer.fromDockerfile(ROOT, 'docker/Dockerfile');
  return builder.build('streamhost:containers-test', keepIt);
}

export async function buildProsody(): Promise<GenericContainer> {
  const builder = GenericContainer.fromDockerfile(`${DOCKER}/prosody`);
  return builder.build('streamhost-prosody:containers-test', keepIt);
}
