// Files between our client library and other clients, and between two of ours, beside real servers: through our proxy and
// the server's own, straight, and in-band.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  directorySink,
  findProxies,
  type SendFileOptions,
  type TransferMethod,
} from '../../src/client/index.ts';
import { Actor, type Way } from '../support/interop/actor.ts';
import {
  type EquippedServer,
  ejabberdWithProxy,
  prosodyWithProxy,
} from '../support/interop/built-in-proxy.ts';
import { Daemon } from '../support/interop/daemon.ts';
import { freePort } from '../support/interop/free-port.ts';
import { LibraryUser } from '../support/interop/library-user.ts';
import { type SampleFile, writeSampleFile } from '../support/interop/sample-file.ts';
import { XmppServer } from '../support/interop/xmpp-server.ts';
import { describeWith } from '../support/requirements.ts';

const PASSWORD = 'wonderland';
const BUILT_IN = 'builtin.example.test';
const LARGE = 300_000_000;
const clients = ['slixmpp', 'xmpp4r'] as const;
const servers = { prosody: prosodyWithProxy, ejabberd: ejabberdWithProxy };

let folder = '';
const files = new Map<number, SampleFile>();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'streamhost-library-'));
  for (const size of [1, 1 << 20, 20_000_000, LARGE])
    files.set(size, await writeSampleFile(join(folder, `${size}.bin`), size));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

for (const [name, equip] of Object.entries(servers)) {
  describeWith([name as keyof typeof servers, ...clients], `beside ${name}`, () => {
    let equipped: EquippedServer;
    let server: XmppServer;
    let daemon: Daemon;
    let alice: LibraryUser;
    let carol: LibraryUser;
    const socks = new Map<string, Actor>();
    const inBand = new Map<string, Actor>();

    beforeAll(async () => {
      equipped = await equip();
      server = await XmppServer.start(equipped.kind);
      daemon = await Daemon.join(server);
      for (const user of ['alice', 'bob', 'carol']) await server.addUser(user, PASSWORD);
      alice = await LibraryUser.login(server, 'alice', PASSWORD, { secondWayMs: 1_000 });
      carol = await LibraryUser.login(server, 'carol', PASSWORD, { allowLocalHosts: true });
      for (const client of clients) {
        socks.set(client, await Actor.login(client, server, 'bob', PASSWORD));
        inBand.set(client, await Actor.login(client, server, 'bob', PASSWORD, { methods: ['ibb'] }));
      }
    });

    afterAll(async () => {
      await alice?.stop();
      await carol?.stop();
      await Promise.allSettled([...socks.values(), ...inBand.values()].map((actor) => actor.stop()));
      await daemon?.stop();
      await server?.dispose();
    });

    const proxyOf = (which: string) => (which === 'streamhost' ? server.proxy.domain : BUILT_IN);

    it('finds both proxies by itself [S5B-R-01]', async () => {
      const proxies = await findProxies(alice.session);
      expect(proxies.map(({ jid }) => jid).sort()).toEqual([BUILT_IN, server.proxy.domain]);
    });

    describe.each(clients)('with %s', (client) => {
      const cases = ['streamhost', "the server's own proxy"].flatMap((proxy) =>
        [1, 1 << 20].map((size) => [size, proxy] as const),
      );

      it.each(cases)('a file of %d bytes goes to it through %s', async (size, proxy) => {
        await sendsTo(given(socks.get(client)), size, { proxies: [proxyOf(proxy)] }, 's5b-proxy');
      });

      it.each(cases)('a file of %d bytes comes from it through %s', async (size, proxy) => {
        await takesFrom(given(socks.get(client)), size, proxyOf(proxy), 's5b-proxy');
      });

      it('a file goes to it straight', async () => {
        const options = { direct: { addresses: ['127.0.0.1'] }, proxies: [] };
        await sendsTo(given(socks.get(client)), 1 << 20, options, 's5b-direct');
      });

      it('a file goes to it in-band', async () => {
        await sendsTo(given(inBand.get(client)), 1 << 20, {}, 'ibb');
      });

      it('a file comes from it in-band', async () => {
        await takesFrom(given(inBand.get(client)), 1 << 20, { method: 'ibb' }, 'ibb');
      });

      it('it may decline, and we may', async () => {
        const actor = given(socks.get(client));
        actor.order({ decline: true });
        const declined = alice.send(given(files.get(1)).path, actor.jid);
        await expect(declined).rejects.toMatchObject({ code: 'declined' });
        await expect(actor.send(given(files.get(1)).path, alice.jid, server.proxy.domain)).rejects.toThrow();
      });

      it('we may cancel while bytes run, and try again', async () => {
        const actor = given(socks.get(client));
        const controller = new AbortController();
        const options: Partial<SendFileOptions> = {
          proxies: [server.proxy.domain],
          signal: controller.signal,
          onEvent: (event) => event.event === 'progress' && controller.abort(),
        };
        const received = actor.receive().catch(() => undefined); // some take what came for the whole
        const sent = alice.send(given(files.get(20_000_000)).path, actor.jid, options);
        await expect(sent).rejects.toMatchObject({ code: 'cancelled' });
        await received;
        await sendsTo(actor, 1 << 20, { proxies: [server.proxy.domain] }, 's5b-proxy');
      });
    });

    it('xmpp4r sends straight to who allows local hosts, and to nobody else [S5B-T-08]', async () => {
      const actor = given(socks.get('xmpp4r'));
      const { path, size, sha256 } = given(files.get(1 << 20));
      const refused = alice.receive();
      await Promise.all([
        expect(actor.send(path, alice.jid, { direct: await freePort() })).rejects.toThrow('item-not-found'),
        expect(refused).rejects.toMatchObject({ code: 'no-streamhost-reachable' }),
      ]);
      const received = carol.receive();
      await actor.send(path, carol.jid, { direct: await freePort() });
      expect(await received).toMatchObject({ bytes: size, sha256, method: 's5b-direct' });
    });

    it('300 MB go to slixmpp and come from xmpp4r', async () => {
      await sendsTo(given(socks.get('slixmpp')), LARGE, { proxies: [server.proxy.domain] }, 's5b-proxy');
      await takesFrom(given(socks.get('xmpp4r')), LARGE, BUILT_IN, 's5b-proxy');
    });

    it('xmpp4r gets the rest of a file that it has the beginning of', async () => {
      const actor = given(socks.get('xmpp4r'));
      const file = given(files.get(1 << 20));
      actor.order({ offset: 1_000_000 });
      const [received, sent] = await Promise.all([actor.receive(), alice.send(file.path, actor.jid)]);
      expect(received.bytes).toBe(file.size - 1_000_000);
      expect(sent).toMatchObject({ offset: 1_000_000, bytes: file.size - 1_000_000, sha256: file.sha256 });
    });

    it('we get the rest from xmpp4r when it was interrupted', async () => {
      const actor = given(socks.get('xmpp4r'));
      const { path, size, sha256 } = given(files.get(20_000_000));
      const sink = directorySink(await mkdtemp(join(folder, 'resumed-')));
      const controller = new AbortController();
      const interrupted = alice.receive(sink, {
        signal: controller.signal,
        onEvent: (event) => event.event === 'progress' && event.bytes > 5_000_000 && controller.abort(),
      });
      await Promise.allSettled([interrupted, actor.send(path, alice.jid, server.proxy.domain)]);
      await expect(interrupted).rejects.toMatchObject({ code: 'cancelled' });
      const resumed = alice.receive(sink);
      await actor.send(path, alice.jid, server.proxy.domain);
      const received = await resumed;
      expect(received).toMatchObject({ bytes: size, sha256 });
      expect(received.offset).toBeGreaterThan(5_000_000);
    });

    it('two of ours send each other two files at once', async () => {
      const { path, size, sha256 } = given(files.get(20_000_000));
      const received = [alice.receive(), alice.receive(), carol.receive(), carol.receive()];
      const sent = [alice, alice, carol, carol].map((user) =>
        user.send(path, (user === alice ? carol : alice).jid),
      );
      for (const outcome of await Promise.all([...sent, ...received]))
        expect(outcome).toMatchObject({ bytes: size, sha256, method: 's5b-proxy' });
    });

    async function sendsTo(
      actor: Actor,
      size: number,
      options: Partial<SendFileOptions>,
      method: TransferMethod,
    ) {
      const { path, sha256 } = given(files.get(size));
      const [received, sent] = await Promise.all([actor.receive(), alice.send(path, actor.jid, options)]);
      expect(received).toEqual({ bytes: size, sha256 });
      expect(sent).toMatchObject({ bytes: size, sha256, method });
    }

    async function takesFrom(actor: Actor, size: number, by: string | Way, method: TransferMethod) {
      const { path, sha256 } = given(files.get(size));
      const [received, sent] = await Promise.all([alice.receive(), actor.send(path, alice.jid, by)]);
      expect(sent).toEqual({ bytes: size, sha256 });
      expect(received).toMatchObject({ bytes: size, sha256, method, from: actor.jid });
    }
  });
}

function given<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('the set-up did not make it');
  return value;
}
