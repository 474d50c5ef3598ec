// A new process takes over from an old one at a real server, which sees its streams out; and SIGHUP in mid-transfer.
// [S5B-P-86] [S5B-P-88]

import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Daemon } from '../support/interop/daemon.ts';
import { ejabberd } from '../support/interop/ejabberd.ts';
import { prosody, prosodyThatKicksOld } from '../support/interop/prosody.ts';
import { ProxiedStream } from '../support/interop/proxied-stream.ts';
import { XmppServer } from '../support/interop/xmpp-server.ts';
import { XmppUser } from '../support/interop/xmpp-user.ts';
import { describeWith } from '../support/requirements.ts';

const PASSWORD = 'wonderland';
const LINE_MS = 30_000;
const EXIT_MS = 60_000;
const MEBIBYTE = 1 << 20;
const REFUSED = /another component is connected as proxy\.example\.test already/;
const REPLACED = /another component has taken over proxy\.example\.test/;

/** What each server does with a second component under the same name. */
const servers = [
  { kind: prosody, policy: 'refuses the second', newcomer: 'waits' },
  { kind: prosodyThatKicksOld, policy: 'ends the first', newcomer: 'replaces' },
  { kind: ejabberd, policy: 'has both', newcomer: 'joins' },
] as const;

for (const { kind, policy, newcomer } of servers) {
  describeWith([kind.name], `${kind.name}, which ${policy},`, () => {
    const cleanUps: (() => Promise<unknown>)[] = [];
    let server: XmppServer;
    let alice: XmppUser;
    let bob: XmppUser;

    beforeEach(async () => {
      server = await XmppServer.start(kind);
      cleanUps.push(() => server.dispose());
      for (const name of ['alice', 'bob']) await server.addUser(name, PASSWORD);
      [alice, bob] = [await owned(login('alice')), await owned(login('bob'))];
    });

    afterEach(async () => {
      for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
    });

    const login = (name: string) => XmppUser.login(server, name, PASSWORD);

    async function owned<T extends { stop(): Promise<unknown> }>(starting: Promise<T>): Promise<T> {
      const started = await starting;
      cleanUps.push(() => started.stop());
      return started;
    }

    async function complete(stream: ProxiedStream): Promise<void> {
      await stream.pass(randomBytes(MEBIBYTE));
      const { sent, received } = await stream.finish();
      expect(received).toBe(sent);
    }

    it('lets a new process take over while the old one sees its streams out [COMP-09]', async () => {
      const config = { drain: { link: 'leave' as const }, timeouts: { shutdown: '10m' } };
      const old = await owned(Daemon.join(server, { title: 'old', retryMax: '10m', config }));
      const running = await ProxiedStream.open(alice, bob, server.proxy.domain);
      await running.pass(randomBytes(MEBIBYTE));

      const next = await owned(Daemon.start(server, { title: 'new', retryMax: '500ms', config }));
      if (newcomer === 'waits') await next.child.line(REFUSED, LINE_MS);
      else await next.untilJoined();
      if (newcomer === 'replaces') await old.child.line(REPLACED, LINE_MS);
      old.child.signal('SIGTERM');
      await old.child.line(/"event":"stopped-listening"/, LINE_MS);
      if (newcomer === 'joins') await old.child.line(/"msg":"left the XMPP server"/, LINE_MS);
      await next.untilJoined();

      expect(await alice.streamhostsOf(server.proxy.domain)).toEqual([
        { jid: server.proxy.domain, ...next.streamhost },
      ]);
      await complete(await ProxiedStream.open(alice, bob, server.proxy.domain));
      await next.child.line(/"msg":"stream finished"/, LINE_MS);
      expect(await old.metric('streamhost_draining')).toBe(1);
      await complete(running);
      expect(await old.child.exit(EXIT_MS)).toBe(0);
    });

    it('does not notice a reload in mid-transfer, and nor does the transfer', async () => {
      const daemon = await owned(Daemon.join(server));
      const running = await ProxiedStream.open(alice, bob, server.proxy.domain);
      await running.pass(randomBytes(MEBIBYTE));

      await daemon.reload({ access: { deny: ['bob@example.test'] } });
      await daemon.child.line(/"event":"reloaded"/, LINE_MS);
      await expect(bob.streamhostsOf(server.proxy.domain)).rejects.toThrow(/forbidden/);
      await daemon.reload({ limits: { streams: 0 } });
      await daemon.child.line(/"event":"reload-rejected"/, LINE_MS);
      await expect(bob.streamhostsOf(server.proxy.domain)).rejects.toThrow(/forbidden/);

      await complete(running);
      expect(daemon.child.output.filter((line) => /"event":"xmpp-o(n|ff)line"/.test(line))).toHaveLength(1);
    });
  });
}
