// Everything the demo needs, started in order and stopped in reverse: the XMPP server, the real daemon, two users.

import { randomBytes } from 'node:crypto';
import { limited } from '../../client/deadline.ts';
import { configSchema } from '../../config/schema.ts';
import { type Daemon, startDaemon } from '../../daemon.ts';
import { Testbed } from '../../testbed/testbed.ts';
import type { Narrator } from './narrator.ts';
import { User } from './user.ts';

const SERVER = 'example.test';
const PROXY = 'proxy.example.test';
const LOOPBACK = '127.0.0.1';
const JOIN_MS = 15_000;

export interface Stage {
  readonly server: string;
  readonly alice: User;
  readonly bob: User;
  /** Where the proxy's metrics are. */
  readonly metricsUrl: string;
  /** Stops everything in order. */
  strike(): Promise<void>;
}

/** @throws Error when something does not start in time; what had been started is stopped then */
export async function setStage(version: string, narrator: Narrator, signal: AbortSignal): Promise<Stage> {
  const undo: (() => Promise<unknown>)[] = [];
  const strike = async () => {
    for (let stop = undo.pop(); stop !== undefined; stop = undo.pop()) await stop();
  };
  const keep = <T>(thing: T, stop: () => Promise<unknown>): T => {
    undo.push(stop);
    return thing;
  };
  try {
    const passwords = { alice: randomSecret(), bob: randomSecret() };
    const secret = randomSecret();
    const started = await Testbed.start({
      domain: SERVER,
      components: { [PROXY]: secret },
      users: passwords,
    });
    const testbed = keep(started, () => started.stop());
    narrator.step(
      'server',
      `${SERVER}, client port ${testbed.clientPort}, component port ${testbed.componentPort}`,
    );

    const daemon = await startDaemon(demoConfig(testbed.componentPort, secret), { version });
    keep(daemon, () => daemon.stop({ graceMs: 0 }));
    await limited(testbed.untilJoined(PROXY, signal), 'the proxy to join', JOIN_MS, signal);
    narrator.step('proxy', `${PROXY}, joined as component, SOCKS5 on port ${daemon.addresses[0]?.port}`);

    const logIn = async (username: 'alice' | 'bob', resource: string) => {
      const service = `xmpp://${LOOPBACK}:${testbed.clientPort}`;
      const password = passwords[username];
      const user = await User.logIn({ service, domain: SERVER, username, password, resource }, signal);
      narrator.step(username, `logged in as ${user.jid}`);
      return keep(user, () => user.logOut());
    };
    const alice = await logIn('alice', 'desk');
    const bob = await logIn('bob', 'phone');
    return { server: SERVER, alice, bob, metricsUrl: `http://${addressOf(daemon.http)}/metrics`, strike };
  } catch (error) {
    await strike();
    throw error;
  }
}

/** As an operator would write it, with ports that the system chooses. */
function demoConfig(componentPort: number, secret: string): Parameters<typeof startDaemon>[0] {
  const config = configSchema.parse({
    xmpp: { service: `xmpp://${LOOPBACK}:${componentPort}`, domain: PROXY, secret },
    listen: [{ host: LOOPBACK, port: 0 }],
    http: { host: LOOPBACK, port: 0 },
    selfCheck: { enabled: false }, // nobody but this machine is to reach it
    log: { level: 'silent' },
  });
  return { ...config, xmpp: { ...config.xmpp, secret } };
}

function addressOf(address: Daemon['http']): string {
  if (address === undefined) throw new Error('the daemon does not say where it listens');
  return `${address.host}:${address.port}`;
}

function randomSecret(): string {
  return randomBytes(18).toString('base64url');
}
