// Prometheus's configuration and rules with seconds for minutes; what the rules mean is for promtool's tests.

import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DOCKER } from './images.ts';

const RULES = fileURLToPath(new URL('../../config/prometheus/streamhost.rules.yml', import.meta.url));

/** Files in a folder of their own, and the variables by which a compose file takes them. */
export class HurriedPrometheus {
  readonly environment: Readonly<Record<string, string>>;
  readonly #folder: string;

  static async write(): Promise<HurriedPrometheus> {
    const folder = await mkdtemp(join(tmpdir(), 'streamhost-prometheus-'));
    await chmod(folder, 0o755); // another user reads it, in the container
    const rulesFolder = join(folder, 'rules');
    await mkdir(rulesFolder, { mode: 0o755 });
    const configuration = await readFile(`${DOCKER}/prometheus/prometheus.yml`, 'utf8');
    const rules = await readFile(RULES, 'utf8');
    await writeFile(
      join(folder, 'prometheus.yml'),
      configuration.replaceAll('interval: 15s', 'interval: 1s'),
    );
    await writeFile(join(rulesFolder, 'hurried.rules.yml'), rules.replaceAll(/\bfor: \d+m/g, 'for: 2s'));
    return new HurriedPrometheus(folder);
  }

  private constructor(folder: string) {
    this.#folder = folder;
    this.environment = {
      PROMETHEUS_CONFIG: join(folder, 'prometheus.yml'),
      PROMETHEUS_RULES: join(folder, 'rules'),
    };
  }

  async remove(): Promise<void> {
    await rm(this.#folder, { recursive: true });
  }
}
