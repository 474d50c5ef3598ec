// A Prometheus asked by its HTTP interface, and Debian's as a child process that scrapes what a test runs.

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { Child } from './child.ts';
import { freePort } from './free-port.ts';

const START_MS = 30_000;
const ANSWER_MS = 10_000;
const WAIT_MS = 40_000;
const ASK_AGAIN_MS = 200;

/** A series of an instant query. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export class PrometheusClient {
  readonly url: string;

  constructor(port: number) {
    this.url = `http://127.0.0.1:${port}`;
  }

  /** @throws Error with what Prometheus says is wrong with the expression */
  async query(expression: string): Promise<Sample[]> {
    const { data }: { data: { result: { metric: Record<string, string>; value: [number, string] }[] } } =
      JSON.parse(await this.#get(`query?query=${encodeURIComponent(expression)}`));
    return data.result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }));
  }

  /** The series of a range query, a value or nothing for each step; times in seconds. */
  async range(
    expression: string,
    { start, end, step }: { readonly start: number; readonly end: number; readonly step: number },
  ): Promise<{ labels: Sample['labels']; values: (number | undefined)[] }[]> {
    const asked = new URLSearchParams({
      query: expression,
      start: `${start}`,
      end: `${end}`,
      step: `${step}`,
    });
    const { data }: { data: { result: { metric: Record<string, string>; values: [number, string][] }[] } } =
      JSON.parse(await this.#get(`query_range?${asked}`));
    return data.result.map(({ metric, values }) => {
      const known = new Map(values.map(([at, value]) => [Math.round((at - start) / step), Number(value)]));
      const steps = Array.from({ length: Math.floor((end - start) / step) + 1 }, (_, index) =>
        known.get(index),
      );
      return { labels: metric, values: steps.map((value) => (Number.isFinite(value) ? value : undefined)) };
    });
  }

  /** Waits until a query has so many series at least. */
  async untilSeries(expression: string, count = 1): Promise<Sample[]> {
    let samples = await this.query(expression);
    await this.#until(`${count} series of ${expression}`, async () => {
      samples = await this.query(expression);
      return samples.length >= count;
    });
    return samples;
  }

  /** Waits until an alert fires, or does so no more. */
  async untilAlert(name: string, fires = true): Promise<void> {
    await this.#until(`${name} ${fires ? 'firing' : 'over'}`, async () => {
      const { data }: { data: { alerts: { state: string; labels: { alertname: string } }[] } } = JSON.parse(
        await this.#get('alerts'),
      );
      const firing = data.alerts.filter(({ state }) => state === 'firing');
      return firing.some(({ labels }) => labels.alertname === name) === fires;
    });
  }

  async #until(what: string, holds: () => Promise<boolean>): Promise<void> {
    const deadline = performance.now() + WAIT_MS;
    while (!(await holds())) {
      if (performance.now() > deadline) throw new Error(`${what}: not within ${WAIT_MS} ms`);
      await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
    }
  }

  async #get(path: string): Promise<string> {
    const response = await fetch(`${this.url}/api/v1/${path}`, { signal: AbortSignal.timeout(ANSWER_MS) });
    const text = await response.text();
    if (!response.ok) throw new Error(`Prometheus answered ${path} with ${text}`);
    return text;
  }
}

/** Scrapes one target, named `streamhost` as in docker/prometheus, with these rule files. */
export class Prometheus extends PrometheusClient {
  readonly #child: Child;

  static async start(options: {
    readonly folder: string;
    readonly target: string;
    readonly rules?: readonly string[];
    /** Default: 1s. */
    readonly interval?: string;
  }): Promise<Prometheus> {
    const { folder, target, rules = [], interval = '1s' } = options;
    const port = await freePort();
    const file = join(folder, 'prometheus.yml');
    await mkdir(folder, { recursive: true });
    await writeFile(
      file,
      stringify({
        global: { scrape_interval: interval, evaluation_interval: interval },
        rule_files: rules,
        scrape_configs: [{ job_name: 'streamhost', static_configs: [{ targets: [target] }] }],
      }),
    );
    const child = new Child({
      title: 'prometheus',
      command: 'prometheus',
      args: [
        `--config.file=${file}`,
        `--storage.tsdb.path=${join(folder, 'data')}`,
        `--web.listen-address=127.0.0.1:${port}`,
      ],
    });
    await child.line(/Server is ready to receive web requests/, START_MS);
    return new Prometheus(port, child);
  }

  private constructor(port: number, child: Child) {
    super(port);
    this.#child = child;
  }

  async stop(): Promise<void> {
    await this.#child.stop('SIGTERM', START_MS);
  }
}
