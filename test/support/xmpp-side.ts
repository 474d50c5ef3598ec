// The XMPP side alone, joined to a scripted server: real sockets towards the server, a fake relay engine, a clock
// whose hands the test turns.

import { EventEmitter, once } from 'node:events';
import { onTestFinished } from 'vitest';
import type { Fact } from '../../src/rendezvous/ports.ts';
import { Table } from '../../src/rendezvous/table.ts';
import { candidateKeys, type SessionKey } from '../../src/wire/session-key.ts';
import { startXmpp, type XmppLink, type XmppOptions } from '../../src/xmpp/link.ts';
import { ManualClock } from './clock.ts';
import { FakeEngine, FakePeer, Recorder } from './fake-relay.ts';
import { type ScriptedConnection, type ScriptedServer, startScriptedServer } from './scripted-server.ts';

export const DOMAIN = 'proxy.example.org';
export const SECRET = 'correct horse';
export const ALICE = 'alice@example.org/home';
export const MALLORY = 'mallory@example.com/cave';
/** Milliseconds. */
export const TIMES = { ping: 60_000, pingTimeout: 20_000, first: 5_000, max: 60_000 };

/** A recorder that can be waited for. */
export class Watcher extends Recorder {
  readonly #events = new EventEmitter();

  override observe(fact: Fact): void {
    super.observe(fact);
    this.#events.emit('fact');
  }

  /** The fact of a kind with that number, from 1. */
  async until<K extends Fact['kind']>(kind: K, number = 1): Promise<Extract<Fact, { kind: K }>> {
    for (;;) {
      const fact = this.of(kind)[number - 1];
      if (fact !== undefined) return fact;
      await once(this.#events, 'fact', { signal: AbortSignal.timeout(10_000) });
    }
  }
}

export interface XmppSideOptions {
  readonly config?: Partial<XmppOptions['config']>;
  readonly identity?: Partial<XmppOptions['identity']>;
  readonly streamhosts?: readonly { host: string; port: number }[];
  /** Each call takes the next number; default 0.5, always. */
  readonly random?: () => number;
  /** Streams that may run at once. */
  readonly maxStreams?: number;
  readonly server?: ScriptedServer;
}

export class XmppSide {
  readonly server: ScriptedServer;
  readonly link: XmppLink;
  readonly observer: Watcher;
  readonly clock: ManualClock;
  readonly table: Table;
  readonly engine: FakeEngine;

  private constructor(parts: Omit<XmppSide, 'join' | 'wait' | 'reconnect'>) {
    this.server = parts.server;
    this.link = parts.link;
    this.observer = parts.observer;
    this.clock = parts.clock;
    this.table = parts.table;
    this.engine = parts.engine;
  }

  /** Starts it; the test's end stops it. Everyone but Mallory is allowed. */
  static async start(options: XmppSideOptions = {}): Promise<XmppSide> {
    const server = options.server ?? (await startScriptedServer());
    const clock = new ManualClock();
    const observer = new Watcher();
    const engine = new FakeEngine();
    const { maxStreams = 10, streamhosts = [{ host: '192.0.2.7', port: 7777 }] } = options;
    const table = new Table(engine, clock, observer, { maxWaiting: 100, maxStreams, pendingMs: 600_000 });
    const link = startXmpp({
      config: {
        service: server.service,
        domain: DOMAIN,
        secret: SECRET,
        ping: TIMES.ping,
        pingTimeout: TIMES.pingTimeout,
        reconnect: { first: TIMES.first, max: TIMES.max },
        onRefusal: 'retry',
        ...options.config,
      },
      observer,
      clock,
      random: options.random ?? (() => 0.5),
      proxy: {
        rendezvous: table,
        observer,
        isAllowed: (jid) => jid !== MALLORY,
        streamhosts: () => streamhosts,
      },
      identity: {
        name: 'SOCKS5 Bytestreams',
        contacts: {},
        software: { name: 'streamhost', version: '1.2.3', showOs: false },
        uptimeMs: () => clock.now(),
        ...options.identity,
      },
    });
    onTestFinished(async () => {
      await server.close();
      await link.stop();
    });
    return new XmppSide({ server, link, observer, clock, table, engine });
  }

  /** Lets the component join; resolves when it knows. */
  async join(): Promise<ScriptedConnection> {
    const before = this.observer.of('xmpp-online').length;
    const connection = await this.server.join({ secret: SECRET });
    await this.observer.until('xmpp-online', before + 1);
    return connection;
  }

  /** Waits for the link's end number `number` and turns the clock to the next attempt. */
  async reconnect(number = 1): Promise<void> {
    const { retryInMs = 0 } = await this.observer.until('xmpp-offline', number);
    this.clock.advance(retryInMs);
  }

  /** Peers that wait for the transfer, as if they had connected. */
  wait(sid: string, requester: string, target: string, peers = 2): FakePeer[] {
    const [key] = candidateKeys(sid, requester, target) as [SessionKey];
    return Array.from({ length: peers }, () => {
      const peer = new FakePeer();
      this.table.join(key, peer.remote, () => peer);
      return peer;
    });
  }
}
