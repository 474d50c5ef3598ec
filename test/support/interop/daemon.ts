// The built daemon as a child process, configured for a real server the way an operator does it: by a YAML file.

import { access, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import type { ConfigInput } from '../../../src/config/schema.ts';
import { Child } from './child.ts';
import { freePort } from './free-port.ts';
import { sumOfMetric } from './metrics.ts';
import type { Site } from './xmpp-server.ts';

const EXECUTABLE = fileURLToPath(new URL('../../../dist/cli/main.js', import.meta.url));
const JOIN_MS = 30_000;
const STOP_MS = 20_000;
const STREAM_MS = 60_000;
const HTTP_MS = 5_000;
const ASK_AGAIN_MS = 50;

/** What the daemon has to know of the server. */
export type ServerSite = Pick<Site, 'proxy' | 'componentPort' | 'folder'>;

export interface DaemonOptions {
  /** Names its configuration file and its log in messages. */
  readonly title?: string;
  readonly secret?: string;
  readonly onRefusal?: 'retry' | 'exit';
  /** The longest pause between attempts to join; default 2s. */
  readonly retryMax?: string;
  /** A command that it is started by, such as `prlimit --nofile=200`. */
  readonly wrapper?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Default: the loopback. */
  readonly listenHost?: string;
  /** Further keys of its configuration. */
  readonly config?: Partial<ConfigInput>;
}

interface Ports {
  readonly streamhost: { readonly host: string; readonly port: number };
  readonly http: number;
}

export class Daemon {
  readonly child: Child;
  /** Where it accepts SOCKS connections, and what it tells clients. */
  readonly streamhost: { readonly host: string; readonly port: number };
  readonly #httpPort: number;
  readonly #file: string;
  #config: ConfigInput;

  /** Starts it; it may not have joined the server yet. */
  static async start(server: ServerSite, options: DaemonOptions = {}): Promise<Daemon> {
    const {
      title = 'streamhost',
      secret = server.proxy.secret,
      onRefusal = 'retry',
      retryMax = '2s',
    } = options;
    await access(EXECUTABLE).catch(() => {
      throw new Error(`${EXECUTABLE} is missing: run npm run build`);
    });
    const streamhost = { host: '127.0.0.1', port: await freePort() };
    const { listenHost = streamhost.host } = options;
    const httpPort = await freePort();
    const config: ConfigInput = {
      xmpp: {
        service: `xmpp://127.0.0.1:${server.componentPort}`,
        domain: server.proxy.domain,
        secret,
        reconnect: { first: '500ms', max: retryMax },
        onRefusal,
      },
      listen: [{ ...streamhost, host: listenHost }],
      streamhosts: [streamhost],
      http: { port: httpPort },
      log: { level: 'info', format: 'json' },
      ...options.config,
    };
    const file = join(server.folder, `${title}.yaml`);
    await writeFile(file, stringify(config), { mode: 0o600 });
    return new Daemon(file, config, { streamhost, http: httpPort }, { ...options, title });
  }

  /** Starts it and waits until it has joined the server. */
  static async join(server: ServerSite, options: DaemonOptions = {}): Promise<Daemon> {
    const daemon = await Daemon.start(server, options);
    await daemon.untilJoined();
    return daemon;
  }

  private constructor(file: string, config: ConfigInput, ports: Ports, options: DaemonOptions) {
    const { title = 'streamhost', wrapper = [], env = {} } = options;
    this.streamhost = ports.streamhost;
    this.#httpPort = ports.http;
    this.#file = file;
    this.#config = config;
    const [command = process.execPath, ...args] = [
      ...wrapper,
      process.execPath,
      EXECUTABLE,
      'serve',
      '--config',
      file,
    ];
    this.child = new Child({ title, command, args, env });
  }

  /** Waits until `/readyz` says that it listens and has joined the server. */
  untilJoined(): Promise<void> {
    return this.#untilReadiness(200);
  }

  /** Waits until `/readyz` says that it is not joined. */
  untilAlone(): Promise<void> {
    return this.#untilReadiness(503);
  }

  /** Waits for the end of the next stream; why it ended, as the log says. */
  async streamEnd(): Promise<unknown> {
    const { text } = await this.child.line(/"msg":"stream finished"/, STREAM_MS, this.child.next);
    const line: { reason?: unknown } = JSON.parse(text);
    return line.reason;
  }

  /** The sum of a metric over all its labels, or over those that contain `labels`. */
  async metric(name: string, labels = ''): Promise<number> {
    const response = await fetch(`http://127.0.0.1:${this.#httpPort}/metrics`, {
      signal: AbortSignal.timeout(HTTP_MS),
    });
    return sumOfMetric(await response.text(), name, labels);
  }

  /** Writes these keys into its file and sends SIGHUP. */
  async reload(changes: Partial<ConfigInput>): Promise<void> {
    this.#config = { ...this.#config, ...changes };
    await writeFile(this.#file, stringify(this.#config), { mode: 0o600 });
    process.kill(this.child.pid, 'SIGHUP');
  }

  /** Asks about the process and its metrics. */
  usage<T>(ask: (pid: number, metricsUrl: string) => Promise<T>): Promise<T> {
    return ask(this.child.pid, `http://127.0.0.1:${this.#httpPort}/metrics`);
  }

  /** Ends it in order; its exit code. */
  stop(): Promise<number> {
    return this.child.stop('SIGTERM', STOP_MS);
  }

  async #untilReadiness(status: number): Promise<void> {
    const deadline = performance.now() + JOIN_MS;
    while ((await this.#readiness()) !== status) {
      if (this.child.ended !== undefined) throw this.child.failure(this.child.ended);
      if (performance.now() > deadline)
        throw this.child.failure(`did not answer /readyz with ${status} within ${JOIN_MS} ms`);
      await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
    }
  }

  async #readiness(): Promise<number | undefined> {
    try {
      const url = `http://127.0.0.1:${this.#httpPort}/readyz`;
      return (await fetch(url, { signal: AbortSignal.timeout(HTTP_MS) })).status;
    } catch {
      return undefined; // not listening yet
    }
  }
}
