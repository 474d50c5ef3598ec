// Files between clients on C and C++ libraries, alike and crosswise with slixmpp and xmpp4r, always through our proxy.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Actor, type ActorKind } from '../support/interop/actor.ts';
import { Daemon } from '../support/interop/daemon.ts';
import { ejabberd } from '../support/interop/ejabberd.ts';
import { removeNativePrograms } from '../support/interop/native-program.ts';
import { prosody } from '../support/interop/prosody.ts';
import { type SampleFile, writeSampleFile } from '../support/interop/sample-file.ts';
import { XmppServer } from '../support/interop/xmpp-server.ts';
import { describeWith } from '../support/requirements.ts';

const PASSWORD = 'wonderland';
const sizes = { '1 byte': 1, '1 MiB': 1 << 20, '50 MB': 50_000_000 };
const natives = ['gloox', 'libpurple', 'qxmpp'] as const satisfies readonly ActorKind[];
const others = ['slixmpp', 'xmpp4r'] as const satisfies readonly ActorKind[];

let folder = '';
const files = new Map<string, SampleFile>();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'streamhost-files-'));
  for (const [title, size] of Object.entries(sizes)) {
    files.set(title, await writeSampleFile(join(folder, `${size}.bin`), size));
  }
});

afterAll(async () => {
  await removeNativePrograms();
  await rm(folder, { recursive: true, force: true });
});

for (const kind of [prosody, ejabberd]) {
  for (const native of natives) {
    describeWith([kind.name, native, ...others], `${native} beside ${kind.name}`, () => {
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
          await server.addUser(user, PASSWORD);
          const logins = [native, ...others].map(async (client) =>
            actors.set(client, await Actor.login(client, server, user, PASSWORD)),
          );
          await Promise.all(logins);
        }
      });

      afterAll(async () => {
        for (const actor of [...senders.values(), ...receivers.values()]) await actor.stop();
        await daemon?.stop();
        await server?.dispose();
      });

      const pairs = [
        [native, native],
        ...others.flatMap((other) => [[native, other] as const, [other, native] as const]),
      ] as const;

      describe.each(pairs)('a file from %s to %s', (sender, receiver) => {
        it.each(Object.keys(sizes))('of %s arrives whole, through the proxy', async (title) => {
          const file = given(files.get(title));
          const [from, to] = [given(senders.get(sender)), given(receivers.get(receiver))];
          const before = await daemon.metric('streamhost_relayed_bytes_total');

          const [received, end, sent] = await Promise.all([
            to.receive(),
            daemon.streamEnd(),
            from.send(file.path, to.jid, server.proxy.domain),
          ]);

          const whole = { bytes: file.size, sha256: file.sha256 };
          expect(sent).toEqual(whole);
          expect(received).toEqual(whole);
          expect(end).toBe('finished');
          expect((await daemon.metric('streamhost_relayed_bytes_total')) - before).toBe(file.size);
        });
      });
    });
  }
}

function given<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('the set-up did not make it');
  return value;
}
