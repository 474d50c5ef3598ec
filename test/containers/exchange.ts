// A transfer as two users' clients do it, from the login to the last byte: the demo's, at a server in a container.
// [XEP-0065 §6.3]

import type { Narrator } from '../../src/cli/demo/narrator.ts';
import { generatedPayload } from '../../src/cli/demo/payload.ts';
import { askForAddress } from '../../src/cli/demo/requester.ts';
import { type Transferred, transfer } from '../../src/cli/demo/transfer.ts';
import { User } from '../../src/cli/demo/user.ts';
import type { Streamhost } from '../../src/wire/bytestreams.ts';

const EVERYTHING_MS = 90_000;
/** Of the accounts in docker/secrets/accounts.example. */
const PASSWORD = 'for-trying-out-only';

const silent: Narrator = {
  title() {},
  chapter() {},
  step() {},
  progress: () => ({ update() {}, stop() {} }),
  table() {},
  verdict() {},
};

export interface Moved extends Pick<Transferred, 'sent' | 'received'> {
  /** What the proxy told the requester. */
  readonly streamhost: Streamhost;
}

/** Romeo finds the proxy in his server's list and sends so many bytes to Juliet through it. */
export async function moveFile(server: string, clientPort: number, size: number): Promise<Moved> {
  const signal = AbortSignal.timeout(EVERYTHING_MS);
  const users: User[] = [];
  const logIn = async (username: string) => {
    const service = `xmpp://127.0.0.1:${clientPort}`;
    const login = { service, domain: server, username, password: PASSWORD, resource: 'test' };
    const user = await User.logIn(login, signal);
    users.push(user);
    return user;
  };
  try {
    const [alice, bob] = [await logIn('romeo'), await logIn('juliet')];
    const streamhost = await askForAddress(alice, `proxy.${server}`, signal);
    const { sent, received } = await transfer({ alice, bob, server }, generatedPayload(size), silent, signal);
    return { streamhost, sent, received };
  } finally {
    await Promise.all(users.map((user) => user.logOut()));
  }
}
