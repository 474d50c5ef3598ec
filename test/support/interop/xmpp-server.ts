// A real XMPP server as a child process: its own folder, its own ports, one component address for the proxy under test.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Child, type ChildOptions } from './child.ts';
import { freePort } from './free-port.ts';

const START_MS = 30_000;
const STOP_MS = 20_000;

/** What a server's configuration is rendered from. */
export interface Site {
  readonly domain: string;
  readonly proxy: { readonly domain: string; readonly secret: string };
  readonly c2sPort: number;
  readonly componentPort: number;
  /** For everything that the server writes. */
  readonly folder: string;
}

/** How one kind of server is run. */
export interface ServerKind {
  readonly name: 'prosody' | 'ejabberd';
  /** Writes the configuration; the answer knows how to run the server with it. */
  prepare(site: Site): Promise<PreparedServer>;
}

export interface PreparedServer {
  readonly child: Omit<ChildOptions, 'title'>;
  /** Lines that have all been printed when the server is ready. */
  readonly ready: readonly RegExp[];
  /** Of the running server; may be there already, with the same password. */
  addUser(name: string, password: string): Promise<void>;
}

export class XmppServer implements Site {
  readonly name: ServerKind['name'];
  readonly domain: string;
  readonly proxy: Site['proxy'];
  readonly c2sPort: number;
  readonly componentPort: number;
  readonly folder: string;
  readonly #prepared: PreparedServer;
  #child: Child | undefined;

  /** Starts a server of this kind. @throws Error with the last lines of its log when it is not ready in time */
  static async start(kind: ServerKind): Promise<XmppServer> {
    const site: Site = {
      domain: 'example.test',
      proxy: { domain: 'proxy.example.test', secret: 'interop-secret' },
      c2sPort: await freePort(),
      componentPort: await freePort(),
      folder: await mkdtemp(join(tmpdir(), `streamhost-${kind.name}-`)),
    };
    const server = new XmppServer(kind.name, site, await kind.prepare(site));
    try {
      await server.start();
    } catch (error) {
      await server.dispose();
      throw error;
    }
    return server;
  }

  private constructor(name: ServerKind['name'], site: Site, prepared: PreparedServer) {
    this.name = name;
    this.domain = site.domain;
    this.proxy = site.proxy;
    this.c2sPort = site.c2sPort;
    this.componentPort = site.componentPort;
    this.folder = site.folder;
    this.#prepared = prepared;
  }

  /** Of the present process. @throws Error when it was never started */
  get pid(): number {
    if (this.#child === undefined) throw new Error(`${this.name} was never started`);
    return this.#child.pid;
  }

  /** Starts it again, on the same ports and data. */
  async start(): Promise<void> {
    const child = new Child({ ...this.#prepared.child, title: this.name });
    this.#child = child;
    for (const sign of this.#prepared.ready) await child.line(sign, START_MS);
  }

  /** Ends it in order, as its service manager would. */
  async stop(): Promise<void> {
    await this.#child?.stop('SIGTERM', STOP_MS);
  }

  /** Ends it as a crash does: no word to anyone. */
  async crash(): Promise<void> {
    await this.#child?.stop('SIGKILL', STOP_MS);
  }

  async addUser(name: string, password: string): Promise<void> {
    await this.#prepared.addUser(name, password);
  }

  /** Waits for a line of the log of the present process. */
  async line(pattern: RegExp, ms: number): Promise<string> {
    if (this.#child === undefined) throw new Error(`${this.name} was never started`);
    return (await this.#child.line(pattern, ms)).text;
  }

  /** How many lines of the log match. */
  count(pattern: RegExp): number {
    return (this.#child?.output ?? []).filter((line) => pattern.test(line)).length;
  }

  /** Ends it and removes its folder. */
  async dispose(): Promise<void> {
    await this.stop();
    await rm(this.folder, { recursive: true, force: true });
  }
}
