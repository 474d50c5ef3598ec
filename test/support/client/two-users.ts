// Two people on one embedded server, each with an @xmpp/client and a session of the library, and our proxy beside them.

import { type Client, client } from '@xmpp/client';
import { onTestFinished } from 'vitest';
import { Session } from '../../../src/client/session.ts';
import { configSchema } from '../../../src/config/schema.ts';
import { type Daemon, startDaemon } from '../../../src/daemon.ts';
import { Testbed } from '../../../src/testbed/testbed.ts';

const SECRET = 'correct horse';
const JOIN_MS = 20_000;

export interface TwoUsersOptions {
  readonly domain?: string;
  /** The proxy's JID; default `proxy.` and the domain. */
  readonly proxy?: string;
  /** What the proxy tells clients; default: where it listens. */
  readonly streamhost?: { readonly host: string; readonly port: number };
}

export class TwoUsers {
  readonly testbed: Testbed;
  readonly proxy: string;
  readonly daemon: Daemon;
  readonly clients: readonly [alice: Client, bob: Client];
  readonly alice: Session;
  readonly bob: Session;

  /** Everything is stopped when the test is over. */
  static async start({
    domain = 'example.test',
    proxy = `proxy.${domain}`,
    streamhost,
  }: TwoUsersOptions = {}): Promise<TwoUsers> {
    const users = { alice: 'wonderland', bob: 'builder' };
    const testbed = await Testbed.start({ domain, components: { [proxy]: SECRET }, users });
    onTestFinished(() => testbed.stop());
    const config = configSchema.parse({
      xmpp: { service: `xmpp://127.0.0.1:${testbed.componentPort}`, domain: proxy, secret: SECRET },
      listen: [{ host: '127.0.0.1', port: 0 }],
      ...(streamhost && { streamhosts: [streamhost] }),
      http: { host: '127.0.0.1', port: 0 },
      log: { level: 'silent' },
    });
    const daemon = await startDaemon(
      { ...config, xmpp: { ...config.xmpp, secret: SECRET } },
      { version: 'test' },
    );
    onTestFinished(async () => {
      await daemon.stop({ graceMs: 0 });
    });
    await testbed.untilJoined(proxy, AbortSignal.timeout(JOIN_MS));
    const logIn = async (username: keyof typeof users, resource: string) => {
      const service = `xmpp://127.0.0.1:${testbed.clientPort}`;
      const user = client({
        service,
        domain,
        username,
        password: users[username],
        resource,
        timeout: JOIN_MS,
      });
      user.reconnect.stop();
      user.on('error', () => {}); // the end of the server is part of some tests
      await user.start();
      onTestFinished(async () => {
        await user.stop().catch(() => {});
      });
      return user;
    };
    const alice = await logIn('alice', 'desk');
    return new TwoUsers(testbed, proxy, daemon, [alice, await logIn('bob', 'phone')]);
  }

  private constructor(testbed: Testbed, proxy: string, daemon: Daemon, clients: readonly [Client, Client]) {
    this.testbed = testbed;
    this.proxy = proxy;
    this.daemon = daemon;
    this.clients = clients;
    this.alice = new Session(clients[0]);
    this.bob = new Session(clients[1]);
  }

  /** Where the proxy's SOCKS port really is. */
  get socksPort(): number {
    return this.daemon.addresses[0]?.port ?? 0;
  }
}
