// Prosody's and ejabberd's own proxies, driven by a user who is logged in to the server.

import {
  type EquippedServer,
  ejabberdWithProxy,
  prosodyWithProxy,
} from '../../test/support/interop/built-in-proxy.ts';
import { XmppServer } from '../../test/support/interop/xmpp-server.ts';
import { XmppUser } from '../../test/support/interop/xmpp-user.ts';
import { CleanUp } from '../clean-up.ts';
import type { Contender, Running } from './contender.ts';
import { requireCommand, versionOf } from './software.ts';
import { nameTransfer } from './transfers.ts';

const PASSWORD = 'wonderland';
const LINE_MS = 10_000;

export const prosodyProxy: Contender = {
  id: 'prosody',
  title: "Prosody's mod_proxy65",
  async start() {
    requireCommand('prosody', 'apt-get install prosody');
    const version = versionOf('prosodyctl', ['about'], /^Prosody (\d\S*)/m);
    return startServer(this.title, await prosodyWithProxy(), async () => version);
  },
};

export const ejabberdProxy: Contender = {
  id: 'ejabberd',
  title: "ejabberd's mod_proxy65",
  async start() {
    requireCommand('ejabberdctl', 'apt-get install ejabberd');
    requireCommand('erl', 'apt-get install ejabberd');
    return startServer(this.title, await ejabberdWithProxy(), async (server) => {
      const line = await server.line(/ejabberd \S+ is started/, LINE_MS);
      return /ejabberd (\S+) is started/.exec(line)?.[1] ?? 'unknown version';
    });
  },
};

async function startServer(
  title: string,
  { kind, proxy }: EquippedServer,
  versionOfServer: (server: XmppServer) => Promise<string>,
): Promise<Running> {
  const cleanUp = new CleanUp();
  try {
    const server = await XmppServer.start(kind);
    cleanUp.add(() => server.dispose());
    await server.addUser('alice', PASSWORD);
    const user = await cleanUp.own(XmppUser.login(server, 'alice', PASSWORD));
    const target = `bob@${server.domain}/bench`;
    return {
      title,
      version: await versionOfServer(server),
      pid: server.pid,
      route: {
        kind: 'socks',
        port: proxy.port,
        newTransfer() {
          const { sid, key } = nameTransfer(user.jid, target);
          return { key, activate: () => user.activate(proxy.jid, sid, target) };
        },
      },
      stop: () => cleanUp.run(),
    };
  } catch (error) {
    await cleanUp.run();
    throw error;
  }
}
