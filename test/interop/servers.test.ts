// The daemon beside real servers: joining, being found, outliving a restart, and being refused.

import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Daemon } from '../support/interop/daemon.ts';
import { ejabberd } from '../support/interop/ejabberd.ts';
import { prosody } from '../support/interop/prosody.ts';
import { ProxiedStream } from '../support/interop/proxied-stream.ts';
import { XmppServer } from '../support/interop/xmpp-server.ts';
import { XmppUser } from '../support/interop/xmpp-user.ts';
import { describeWith } from '../support/requirements.ts';

const PASSWORD = 'wonderland';
const LINE_MS = 20_000;
const EXIT_MS = 20_000;
const MEBIBYTE = 1 << 20;
const JOINED = /"joined the XMPP server"/;

/** What each server does with a second component under the same name. */
const servers = [
  { kind: prosody, refusal: /Component authentication failed/, admitsSecond: false },
  { kind: ejabberd, refusal: /Failed external component handshake/, admitsSecond: true },
];

for (const { kind, refusal, admitsSecond } of servers) {
  describeWith([kind.name], kind.name, () => {
    const cleanUps: (() => Promise<unknown>)[] = [];
    let server: XmppServer;

    beforeEach(async () => {
      server = await XmppServer.start(kind);
      cleanUps.push(() => server.dispose());
      await addUsers();
    });

    afterEach(async () => {
      for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
    });

    async function owned<T extends { stop(): Promise<unknown> }>(starting: Promise<T>): Promise<T> {
      const started = await starting;
      cleanUps.push(() => started.stop());
      return started;
    }

    async function addUsers(): Promise<void> {
      for (const name of ['alice', 'bob']) await server.addUser(name, PASSWORD);
    }

    const login = (name: string) => owned(XmppUser.login(server, name, PASSWORD));

    async function openStream(): Promise<ProxiedStream> {
      return ProxiedStream.open(await login('alice'), await login('bob'), server.proxy.domain);
    }

    it('lists the proxy to its users, and they find in it what XEP-0065 asks for [S5B-P-01] [ENT-11]', async () => {
      const daemon = await owned(Daemon.join(server));
      const user = await login('alice');

      expect(await user.services(server.domain)).toContain(server.proxy.domain);
      const { identities, features } = await user.discover(server.proxy.domain);
      expect(identities).toContain('proxy/bytestreams');
      expect(features).toContain('http://jabber.org/protocol/bytestreams');
      const { host, port } = daemon.streamhost;
      expect(await user.streamhostsOf(server.proxy.domain)).toEqual([
        { jid: server.proxy.domain, host, port },
      ]);
    });

    it('has two of its users move bytes through the proxy [S5B-P-60]', async () => {
      await owned(Daemon.join(server));
      const stream = await openStream();
      await stream.pass(randomBytes(MEBIBYTE));
      const { sent, received } = await stream.finish();
      expect(received).toBe(sent);
    });

    const endings = { restart: () => server.stop(), 'crash and come back': () => server.crash() };
    for (const [ending, end] of Object.entries(endings)) {
      it(`may ${ending} in mid-transfer: the bytes flow on, and the proxy comes back [S5B-P-86]`, async () => {
        const daemon = await owned(Daemon.join(server));
        const stream = await openStream();
        await stream.pass(randomBytes(MEBIBYTE));

        await end();
        await daemon.untilAlone();
        await stream.pass(randomBytes(MEBIBYTE));

        await server.start();
        await daemon.untilJoined();
        await stream.pass(randomBytes(MEBIBYTE));
        const old = await stream.finish();
        expect(old.received).toBe(old.sent);

        await addUsers(); // a crash may have taken new accounts with it
        const next = await openStream();
        await next.pass(randomBytes(MEBIBYTE));
        const fresh = await next.finish();
        expect(fresh.received).toBe(fresh.sent);
      });
    }

    it('is there later than the daemon, which waits for it [COMP-19]', async () => {
      await server.stop();
      const daemon = await owned(Daemon.start(server));
      await daemon.untilAlone();
      await server.start();
      await daemon.untilJoined();
      const stream = await openStream();
      await stream.pass(randomBytes(1));
      const { sent, received } = await stream.finish();
      expect(received).toBe(sent);
    });

    it('refuses a wrong secret: the daemon says so in plain words and keeps still for a while [COMP-10]', async () => {
      const daemon = await owned(Daemon.start(server, { secret: 'a-wrong-secret', retryMax: '10m' }));
      const { text } = await daemon.child.line(/"not joined to the XMPP server"/, LINE_MS);
      expect(text).toMatch(/secret/i);

      // Two log-ins later there is still only one attempt in the server's log.
      await login('alice');
      await login('bob');
      expect(server.count(refusal)).toBe(1);
      expect(daemon.child.output.join('\n')).not.toContain('a-wrong-secret');
    });

    it('refuses a wrong secret: the daemon exits with 1 when it is told to [COMP-10]', async () => {
      const daemon = await owned(Daemon.start(server, { secret: 'a-wrong-secret', onRefusal: 'exit' }));
      expect(await daemon.child.exit(EXIT_MS)).toBe(1);
      expect(daemon.child.output.join('\n')).toMatch(/secret/i);
    });

    const story = admitsSecond
      ? 'admits a second instance beside the first, neither of them fights, and one alone serves all again'
      : 'refuses a second instance, which says why, while the first goes on serving';
    it(`${story} [COMP-09]`, async () => {
      const first = await owned(Daemon.join(server));
      const second = await owned(Daemon.start(server, { title: 'second', retryMax: '10m' }));
      if (admitsSecond) {
        await second.untilJoined();
        await login('alice');
        await second.stop();
      } else {
        const { text } = await second.child.line(/"not joined to the XMPP server"/, LINE_MS);
        expect(text).toContain(`another component is connected as ${server.proxy.domain} already`);
      }

      const user = await login('bob');
      const { host, port } = first.streamhost;
      expect(await user.streamhostsOf(server.proxy.domain)).toEqual([
        { jid: server.proxy.domain, host, port },
      ]);
      expect(first.child.output.filter((line) => JOINED.test(line))).toHaveLength(1);
      expect(second.child.output.filter((line) => JOINED.test(line))).toHaveLength(admitsSecond ? 1 : 0);
    });
  });
}
