// The whole daemon under test: a scripted XMPP server on one side, SOCKS5 peers on the other.

import type { Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { type Config, type ConfigInput, configSchema } from '../../src/config/schema.ts';
import { type Daemon, type DaemonParts, startDaemon } from '../../src/daemon.ts';
import { sessionKey } from '../../src/wire/session-key.ts';
import { attribute, childElements, type Element } from '../../src/wire/xml.ts';
import { type ScriptedConnection, type ScriptedServer, startScriptedServer } from './scripted-server.ts';
import { dial, receive } from './tcp.ts';

export const DOMAIN = 'proxy.example.org';
export const ALICE = 'alice@example.org/home';
export const BOB = 'bob@example.net/work';
const SECRET = 'correct horse';

export interface Transfer {
  readonly sid: string;
  readonly requester: string;
  readonly target: string;
}

export interface ProxyOptions extends Pick<DaemonParts, 'createEngine'> {
  readonly config?: Partial<Omit<ConfigInput, 'xmpp'>>;
}

/** Nobody answers the closing tag any more: its connection is cut when it comes. */
async function hangUp(connection: ScriptedConnection): Promise<void> {
  await Promise.race([connection.untilFooter(), connection.untilClosed()]).catch(() => {});
  connection.destroy();
}

export class ProxyUnderTest {
  readonly daemon: Daemon;
  readonly server: ScriptedServer;
  /** What the daemon has logged, one object a line. */
  readonly log: Record<string, unknown>[];
  link: ScriptedConnection;
  #transfers = 0;
  #requests = 0;

  private constructor(
    daemon: Daemon,
    server: ScriptedServer,
    link: ScriptedConnection,
    log: Record<string, unknown>[],
  ) {
    this.daemon = daemon;
    this.server = server;
    this.link = link;
    this.log = log;
  }

  /** Starts the daemon on free ports, joined to its server; the test's end stops it. */
  static async start({ config, ...parts }: ProxyOptions = {}): Promise<ProxyUnderTest> {
    const server = await startScriptedServer();
    const log: Record<string, unknown>[] = [];
    const daemon = await startDaemon(configFor(server.service, config), {
      version: '0.0.0-test',
      log: { write: (line: string) => void log.push(JSON.parse(line)) },
      ...parts,
    });
    onTestFinished(async () => {
      const stopped = daemon.stop({ graceMs: 0 });
      for (const connection of server.connections) void hangUp(connection);
      await stopped;
    });
    return new ProxyUnderTest(daemon, server, await server.join({ secret: SECRET }), log);
  }

  /** The port of the first listener. */
  get port(): number {
    return this.address(0).port;
  }

  address(index: number): { host: string; port: number } {
    const address = this.daemon.addresses[index];
    if (address === undefined) throw new Error(`there is no listener ${index}`);
    return address;
  }

  /** Waits until the daemon has joined its server once more. */
  async rejoined(): Promise<void> {
    this.link = await this.server.join({ secret: SECRET });
  }

  /** A transfer that nobody has had yet. */
  transfer(parties: Partial<Transfer> = {}): Transfer {
    this.#transfers++;
    return { sid: `sid${this.#transfers}`, requester: ALICE, target: BOB, ...parties };
  }

  /** A TCP connection to the SOCKS port, nothing said yet. */
  async dial(host = '127.0.0.1', port = this.port): Promise<Socket> {
    return dial(port, host);
  }

  /** A SOCKS peer that has been accepted for the transfer. */
  async peer(transfer: Transfer, host?: string, port?: number): Promise<Socket> {
    const socket = await this.dial(host, port);
    await greet(socket);
    const answer = await request(socket, connectMessage(keyOf(transfer)), 47);
    if (answer[1] !== 0) throw new Error(`the proxy answered REP ${answer[1]}`);
    return socket;
  }

  /** Two peers that wait for the activation. */
  async pair(transfer: Transfer): Promise<[Socket, Socket]> {
    return [await this.peer(transfer), await this.peer(transfer)];
  }

  /** Two peers joined by an activation. */
  async stream(transfer: Transfer = this.transfer()): Promise<[Socket, Socket]> {
    const pair = await this.pair(transfer);
    const reply = await this.activate(transfer);
    if (attribute(reply, 'type') !== 'result') throw new Error(`refused: ${reply}`);
    return pair;
  }

  /** Sends the activation and waits for its answer. */
  async activate({ sid, requester, target }: Transfer): Promise<Element> {
    return this.link.ask(this.activation({ sid, requester, target }));
  }

  /** The activation as XML, with an id of its own. */
  activation({ sid, requester, target }: Transfer): string {
    const id = `activate-${++this.#requests}`;
    return `<iq type='set' id='${id}' from='${requester}' to='${DOMAIN}'><query xmlns='http://jabber.org/protocol/bytestreams' sid='${sid}'><activate>${target}</activate></query></iq>`;
  }

  /** Asks for the address. */
  async query(from: string = ALICE): Promise<Element> {
    const id = `query-${++this.#requests}`;
    return this.link.ask(
      `<iq type='get' id='${id}' from='${from}' to='${DOMAIN}'><query xmlns='http://jabber.org/protocol/bytestreams'/></iq>`,
    );
  }

  async get(path: string): Promise<{ status: number; text: string }> {
    const http = this.daemon.http;
    if (http === undefined) throw new Error('the http port is closed');
    const response = await fetch(`http://${http.host}:${http.port}${path}`);
    return { status: response.status, text: await response.text() };
  }

  /** The value of one sample, labels written as in the exposition format. */
  async metric(sample: string): Promise<number> {
    const { text } = await this.get('/metrics');
    const line = text.split('\n').find((candidate) => candidate.startsWith(`${sample} `));
    if (line === undefined) throw new Error(`there is no sample ${sample} in\n${text}`);
    return Number(line.slice(sample.length + 1));
  }
}

/** A configuration on free ports of the loopback. */
export function configFor(service: string, overrides: ProxyOptions['config'] = {}): Config {
  const { xmpp, ...rest } = configSchema.parse({
    xmpp: { service, domain: DOMAIN, secret: SECRET, reconnect: { first: '1ms', max: '20ms' } },
    listen: [{ host: '127.0.0.1', port: 0 }],
    streamhosts: [{ host: '203.0.113.7', port: 7777 }],
    http: { host: '127.0.0.1', port: 0 },
    selfCheck: { enabled: false }, // most tests tell clients an address that nobody has
    ...overrides,
  });
  return { ...rest, xmpp: { ...xmpp, secret: SECRET } };
}

export function keyOf({ sid, requester, target }: Transfer): string {
  return sessionKey(sid, requester, target);
}

/** `05 01 00 03 LENGTH NAME PORT`. */
export function connectMessage(name: string, port = 0): Buffer {
  const host = Buffer.from(name, 'latin1');
  return Buffer.concat([Buffer.of(5, 1, 0, 3, host.length), host, Buffer.of(port >> 8, port & 0xff)]);
}

export async function greet(socket: Socket): Promise<void> {
  const answer = await request(socket, Buffer.of(5, 1, 0), 2);
  if (!answer.equals(Buffer.of(5, 0))) throw new Error(`the proxy answered ${answer.toString('hex')}`);
}

/** Sends a message and waits for so many bytes. */
export async function request(socket: Socket, message: Buffer, length: number): Promise<Buffer> {
  const answer = receive(socket, length);
  socket.write(message);
  return answer;
}

/** `condition/type` of an error, `result` of a result. */
export function outcome(reply: Element): string {
  if (attribute(reply, 'type') === 'result') return 'result';
  const error = reply.getChild('error');
  const condition = error && childElements(error).find((child) => child.name !== 'text');
  return `${condition?.name ?? 'no condition'}/${(error && attribute(error, 'type')) ?? 'no type'}`;
}
