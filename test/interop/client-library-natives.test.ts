// Files between our client library and clients on C and C++ libraries, both ways through our proxy, beside Prosody.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Actor } from '../support/interop/actor.ts';
import { Daemon } from '../support/interop/daemon.ts';
import { LibraryUser } from '../support/interop/library-user.ts';
import { removeNativePrograms } from '../support/interop/native-program.ts';
import { prosody } from '../support/interop/prosody.ts';
import { writeSampleFile } from '../support/interop/sample-file.ts';
import { XmppServer } from '../support/interop/xmpp-server.ts';
import { describeWith } from '../support/requirements.ts';

const PASSWORD = 'wonderland';
const sizes = [1, 1 << 20, 20_000_000];

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'streamhost-natives-'));
});
afterAll(async () => {
  await removeNativePrograms();
  await rm(folder, { recursive: true, force: true });
});

for (const native of ['gloox', 'libpurple', 'qxmpp'] as const) {
  describeWith(['prosody', native], `with ${native}`, () => {
    let server: XmppServer;
    let daemon: Daemon;
    let alice: LibraryUser;
    let bob: Actor;

    beforeAll(async () => {
      server = await XmppServer.start(prosody);
      daemon = await Daemon.join(server);
      for (const user of ['alice', 'bob']) await server.addUser(user, PASSWORD);
      alice = await LibraryUser.login(server, 'alice', PASSWORD);
      bob = await Actor.login(native, server, 'bob', PASSWORD);
    });

    afterAll(async () => {
      await alice?.stop();
      await bob?.stop();
      await daemon?.stop();
      await server?.dispose();
    });

    it.each(sizes)('a file of %d bytes goes to it', async (size) => {
      const { path, sha256 } = await writeSampleFile(join(folder, `${size}.bin`), size);
      const [received, sent] = await Promise.all([bob.receive(), alice.send(path, bob.jid)]);
      expect(received).toEqual({ bytes: size, sha256 });
      expect(sent).toMatchObject({ bytes: size, sha256, method: 's5b-proxy' });
    });

    it.each(sizes)('a file of %d bytes comes from it', async (size) => {
      const { path, sha256 } = await writeSampleFile(join(folder, `${size}.bin`), size);
      const sending = bob.send(path, alice.jid, server.proxy.domain);
      const [received, sent] = await Promise.all([alice.receive(), sending]);
      expect(sent).toEqual({ bytes: size, sha256 });
      expect(received).toMatchObject({ bytes: size, sha256, method: 's5b-proxy', from: bob.jid });
    });
  });
}
