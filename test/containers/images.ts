// The images of docker/, built from this checkout; they stay in the engine, so that the next run finds its layers.

import { type ExecFileException, execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { GenericContainer } from 'testcontainers';

/** The repository, the build context of the streamhost image. */
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
export const DOCKER = `${ROOT}docker`;

export const STREAMHOST = 'streamhost:containers-test';
const CLIENT = 'streamhost-client:containers-test';
const BUILD_MS = 10 * 60_000;
const OUTPUT_BYTES = 64 * 1024 * 1024;
const TOLD_LINES = 30;

export async function buildStreamhost(): Promise<GenericContainer> {
  return build(STREAMHOST, ['--file', `${DOCKER}/Dockerfile`, ROOT]);
}

export async function buildProsody(): Promise<GenericContainer> {
  return build('streamhost-prosody:containers-test', [`${DOCKER}/prosody`]);
}

/** A real client, to be run on any network: the slixmpp actor of the interop tests. */
export async function buildClient(): Promise<string> {
  const actor = fileURLToPath(new URL('../support/clients', import.meta.url));
  const dockerfile = fileURLToPath(new URL('client.Dockerfile', import.meta.url));
  await build(CLIENT, ['--file', dockerfile, actor]);
  return CLIENT;
}

/**
 * By the command, because the library's own build says nothing of a failure as long as an older image has the tag.
 * @throws Error with the last lines of the build's output
 */
async function build(tag: string, args: readonly string[]): Promise<GenericContainer> {
  const options = { timeout: BUILD_MS, maxBuffer: OUTPUT_BYTES };
  await promisify(execFile)('docker', ['build', '--tag', tag, ...args], options).catch(
    (error: ExecFileException) => {
      const output = `${error.stdout}${error.stderr}`.trimEnd().split('\n').slice(-TOLD_LINES).join('\n');
      throw new Error(`docker could not build ${tag}:\n${output || error.message}`);
    },
  );
  return new GenericContainer(tag);
}
