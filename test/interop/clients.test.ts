// Files between real clients, alike and crosswise, beside real servers, always through our proxy.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Actor, type ActorKind } from '../support/interop/actor.ts';
import { Daemon } from '../support/interop/daemon.ts';
import { ejabberd } from '../support/interop/ejabberd.ts';
import { prosody } from '../support/interop/prosody.ts';
import { type SampleFile, writeSampleFile } from '../support/interop/sample-file.ts';
import { XmppServer } from '../support/interop/xmpp-server.ts';
import { describeWith } from '../support/requirements.ts';

const sizes = { '1 byte': 1, '1 MiB': 1 << 20, '300 MB': 300_000_000 };
const clients = ['slixmpp', 'xmpp4r'] as const satisfies readonly ActorKind[];
const pairs = clients.flatMap((sender) => clients.map((receiver) => [sender, receiver] as const));

let folder = '';
const files: Record<string, SampleFile> = {};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'streamhost-files-'));
  for (const [title, size] of Object.entries(sizes)) {
    files[title] = await writeSampleFile(join(folder, `${size}.bin`), size);
  }
});

afterAll(() => rm(folder, { recursive: true, force: true }));

for (const kind of [prosody, ejabberd]) {
  describeWith([kind.name, ...clients], `beside ${kind.name}`, () => {
    let server: XmppServer;
    let daemon: Daemon;
    const senders = new Map<ActorKind, Actor>();
    const receivers = new Map<ActorKind, Actor>();

    beforeAll(async () => {
      server = await XmppServer.start(kind);
      daemon = await Daemon.join(server);
      for (const [user, actors] of [
        ['alice', senders],
        ['bob', receivers],
      ] as const) {
        await server.addUser(user, 'wonderland');
        for (const client of clients) {
          actors.set(client, await Actor.login(client, server, user, 'wonderland'));
        }
      }
    });

    afterAll(async () => {
      await Promise.allSettled([...senders.values(), ...receivers.values()].map((actor) => actor.stop()));
      await daemon?.stop();
      await server?.dispose();
    });

    describe.each(pairs)('a file from %s to %s', (sender, receiver) => {
      it.each(Object.keys(sizes))('of %s arrives whole, through the proxy', async (title) => {
        const file = given(files[title]);
        const [from, to] = [given(senders.get(sender)), given(receivers.get(receiver))];
        const before = await readMeters(daemon);

        const [reason, received, sent] = await Promise.all([
          daemon.streamEnd(),
          to.receive(),
          from.send(file.path, to.jid, server.proxy.domain),
        ]);

        const whole = { bytes: file.size, sha256: file.sha256 };
        expect(sent).toEqual(whole);
        expect(received).toEqual(whole);
        expect(reason).toBe('finished');
        const after = await readMeters(daemon);
        expect(after.bytes - before.bytes).toBe(file.size);
        expect(after.streams - before.streams).toBe(1);
      });
    });
  });
}

/** What has gone through the proxy. */
async function readMeters(daemon: Daemon): Promise<{ bytes: number; streams: number }> {
  return {
    bytes: await daemon.metric('streamhost_relayed_bytes_total'),
    streams: await daemon.metric('streamhost_streams_total'),
  };
}

function given<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('the set-up did not make it');
  return value;
}
