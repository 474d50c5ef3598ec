// The README's commands for Docker, run as they stand, one after the other.

import { execFile, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, expect, it } from 'vitest';
import { freePort } from '../support/interop/free-port.ts';
import { describeWith } from '../support/requirements.ts';
import { readBlocks } from './guide.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const MINUTES_10 = 10 * 60_000;
const hasPlugin = spawnSync('docker', ['compose', 'version'], { stdio: 'ignore' }).status === 0;

describeWith(['docker', 'compose'], 'the README', () => {
  let environment: NodeJS.ProcessEnv;

  afterAll(async () => {
    await sh('docker compose -f docker/compose.yaml down --volumes');
  });

  it('brings up a server with a proxy, and the doctor sees a transfer', async () => {
    environment = {
      ...process.env,
      COMPOSE_PROJECT_NAME: 'streamhost-readme-test',
      // An address of the loopback where nobody else is; the ports stay those of the README.
      XMPP_BIND: '127.0.0.77',
      SOCKS5_BIND: '127.0.0.77',
      PROMETHEUS_PORT: String(await freePort()),
    };
    const blocks = (await readBlocks('README.md')).filter(({ attributes }) => attributes.with === 'docker');
    const [up = '', doctor = ''] = blocks.flatMap(({ text }) =>
      text.replaceAll('\\\n', '').trim().split('\n'),
    );
    expect(up).toContain('up --build');
    await sh(up);
    await sh(
      'until docker compose -f docker/compose.yaml exec -T streamhost streamhost health --ready -c /etc/streamhost/streamhost.yaml; do sleep 0.3; done',
    );
    const page = await sh(doctor);
    expect(page).toMatch(/✓ checksum: .* arrived whole/);
    expect(page).toContain('File transfer works');
  });

  /** With the stand-alone docker-compose where there is no plugin. */
  async function sh(command: string): Promise<string> {
    const script = hasPlugin ? command : command.replaceAll('docker compose', 'docker-compose');
    const options = { cwd: ROOT, env: environment, timeout: MINUTES_10, maxBuffer: 64 * 1024 * 1024 };
    const { stdout } = await promisify(execFile)('bash', ['-c', script], options);
    return stdout;
  }
});
