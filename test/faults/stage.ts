// A real Prosody, the built daemon beside it, and two users; what was measured goes into docs/RELIABILITY.md.

import { Daemon, type DaemonOptions } from '../support/interop/daemon.ts';
import { prosody } from '../support/interop/prosody.ts';
import { XmppServer } from '../support/interop/xmpp-server.ts';
import { XmppUser } from '../support/interop/xmpp-user.ts';
import { LinkRelay } from './link-relay.ts';
import type { Parties } from './transfer.ts';

const PASSWORD = 'wonderland';

export interface StageOptions extends DaemonOptions {
  /** Starts the daemon with this command in front, such as `prlimit --nofile=200`. */
  readonly wrapper?: readonly string[];
}

export class FaultStage {
  readonly server: XmppServer;
  /** Between the daemon and its server. */
  readonly link: LinkRelay;
  readonly daemon: Daemon;
  readonly parties: Parties;
  readonly #users: readonly XmppUser[];

  static async open(options: StageOptions = {}): Promise<FaultStage> {
    const server = await XmppServer.start(prosody);
    const link = await LinkRelay.open(server.componentPort);
    const site = { proxy: server.proxy, componentPort: link.port, folder: server.folder };
    const daemon = await Daemon.join(site, { retryMax: '1s', ...options });
    const users: XmppUser[] = [];
    for (const name of ['romeo', 'juliet']) {
      await server.addUser(name, PASSWORD);
      users.push(await XmppUser.login(server, name, PASSWORD));
    }
    return new FaultStage(server, link, daemon, users);
  }

  private constructor(server: XmppServer, link: LinkRelay, daemon: Daemon, users: readonly XmppUser[]) {
    const [requester, target] = users;
    if (requester === undefined || target === undefined) throw new Error('a stage needs two users');
    this.server = server;
    this.link = link;
    this.daemon = daemon;
    this.#users = users;
    this.parties = { requester, target, proxy: server.proxy.domain, port: daemon.streamhost.port };
  }

  async close(): Promise<void> {
    for (const user of this.#users) await user.stop();
    await this.daemon.stop();
    await this.link.close();
    await this.server.dispose();
  }
}
