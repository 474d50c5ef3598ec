// A real client's library, steered over JSON lines: an actor that is logged in, sends files on order and takes any.

import { fileURLToPath } from 'node:url';
import { Child } from './child.ts';
import { isNative, type NativeKind, nativeProgram } from './native-program.ts';
import type { XmppServer } from './xmpp-server.ts';

const LOGIN_MS = 30_000;
const TRANSFER_MS = 60_000;
const STOP_MS = 10_000;

const scripts = {
  slixmpp: { command: '/usr/bin/python3', script: 'slixmpp-actor.py' },
  xmpp4r: { command: '/usr/bin/ruby', script: 'xmpp4r-actor.rb' },
} as const;

export type ActorKind = keyof typeof scripts | NativeKind;

/** Where an actor logs in, as who. */
export interface Login {
  readonly host: string;
  readonly port: number;
  readonly jid: string;
  readonly password: string;
  /** By which slixmpp and xmpp4r take files; default: s5b. */
  readonly methods?: readonly ('s5b' | 'ibb')[];
  /** Where slixmpp writes the files that it takes, which it else only sums. */
  readonly inbox?: string;
}

/** How slixmpp and xmpp4r can send a file: in-band, or from a port of their own. */
export interface Way {
  readonly method?: 'ibb';
  readonly direct?: number;
}

/** What passed through an actor. */
export interface Transferred {
  readonly bytes: number;
  readonly sha256: string;
}

interface Report extends Partial<Transferred> {
  readonly event: string;
  readonly jid?: string;
  readonly error?: string;
}

export class Actor {
  readonly jid: string;
  readonly #child: Child;

  static async login(
    kind: ActorKind,
    server: XmppServer,
    user: string,
    password: string,
    options: Pick<Login, 'methods' | 'inbox'> = {},
  ): Promise<Actor> {
    const child = new Child({ title: `${kind} (${user})`, ...(await programOf(kind)) });
    const jid = `${user}@${server.domain}/${[kind, ...(options.methods ?? [])].join('-')}`;
    return Actor.over(child, { host: '127.0.0.1', port: server.c2sPort, jid, password, ...options });
  }

  /** Logs in an actor that runs wherever `child` leads, such as in a container. */
  static async over(child: Child, login: Login): Promise<Actor> {
    child.write(JSON.stringify(login));
    const report = await nextReport(child, 0, LOGIN_MS);
    if (report.jid === undefined) throw child.failure('did not log in');
    return new Actor(child, report.jid);
  }

  private constructor(child: Child, jid: string) {
    this.#child = child;
    this.jid = jid;
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** Sends a file through the proxy, or another way; what it has sent. @throws Error when it could not */
  async send(path: string, to: string, by: string | Way): Promise<Transferred> {
    const outcome = this.#outcome('sent');
    this.order({ to, path, ...(typeof by === 'string' ? { proxy: by } : by) });
    return outcome;
  }

  /** Gives an order that slixmpp or xmpp4r know. */
  order(order: object): void {
    this.#child.write(JSON.stringify(order));
  }

  /** What arrives from now on. @throws Error when it failed */
  async receive(): Promise<Transferred> {
    return this.#outcome('received');
  }

  async stop(): Promise<void> {
    await this.#child.finish(STOP_MS);
  }

  async #outcome(expected: string): Promise<Transferred> {
    const { event, bytes, sha256 } = await nextReport(this.#child, this.#child.next, TRANSFER_MS);
    if (event !== expected || bytes === undefined || sha256 === undefined)
      throw this.#child.failure(`reported "${event}" in place of "${expected}"`);
    return { bytes, sha256 };
  }
}

async function programOf(kind: ActorKind): Promise<{ command: string; args: string[] }> {
  if (isNative(kind)) return { command: await nativeProgram(kind), args: [] };
  const { command, script } = scripts[kind];
  return { command, args: [fileURLToPath(new URL(`../clients/${script}`, import.meta.url))] };
}

async function nextReport(child: Child, from: number, ms: number): Promise<Report> {
  const { text } = await child.line(/^\{"event":/, ms, from);
  const report: Report = JSON.parse(text);
  if (report.event === 'failed') throw child.failure(`failed: ${report.error}`);
  return report;
}
