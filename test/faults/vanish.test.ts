// A peer whose network is gone: no FIN, no RST, nothing. The other side learns of it by a reset. [SOCKS-22]

import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { sessionKey } from '../../src/wire/session-key.ts';
import { record } from '../support/figures.ts';
import { Child } from '../support/interop/child.ts';
import { describeWith } from '../support/requirements.ts';
import { connectAs } from '../support/socks-peer.ts';
import { ended } from '../support/tcp.ts';
import { Namespace } from './namespace.ts';
import { FaultStage } from './stage.ts';
import { openStream, sendFile } from './transfer.ts';

const FAR_PEER = fileURLToPath(new URL('far-peer.mjs', import.meta.url));
const LINE_MS = 20_000;
const PIECE = Buffer.alloc(64 * 1024, 'x');

describeWith(['prosody', 'netns'], 'a peer that vanishes', () => {
  let namespace: Namespace;
  let stage: FaultStage;

  beforeEach(async () => {
    namespace = new Namespace();
    stage = await FaultStage.open({
      listenHost: '0.0.0.0',
      config: { timeouts: { unacknowledged: '3s', idle: '5s' } },
    });
  });

  afterEach(async () => {
    await stage?.close();
    namespace?.remove();
  });

  /** A stream from a sender here to a receiver in the namespace, some bytes of which have arrived. */
  async function streamToFarPeer() {
    const { requester, target, proxy, port } = stage.parties;
    const sid = randomUUID();
    const key = sessionKey(sid, requester.jid, target.jid);
    const [command = '', ...args] = namespace.inFront(
      process.execPath,
      FAR_PEER,
      namespace.outside,
      String(port),
      key,
    );
    const far = new Child({ title: 'far peer', command, args });
    await far.line(/^waiting$/, LINE_MS);
    const sender = await connectAs(port, key);
    await requester.activate(proxy, sid, target.jid);
    sender.write('first bytes');
    await far.line(/^received 11$/, LINE_MS);
    return { sender, far };
  }

  it.each(['sends', 'is silent'])(
    'while the other one %s resets that one, and others go on',
    async (manner) => {
      const { sender, far } = await streamToFarPeer();
      const others = sendFile(await openStream(stage.parties), 4 << 20, { piece: 16 * 1024, pauseMs: 10 });
      const end = ended(sender);
      namespace.vanish();
      if (manner === 'sends') sender.write(PIECE);
      expect(await end).toBe('reset');
      const reason = manner === 'sends' ? 'reset' : 'idle-timeout';
      await stage.daemon.child.line(new RegExp(`"reason":"${reason}".*"msg":"stream finished"`), LINE_MS);
      expect(await others).toBe('whole');
      await far.stop('SIGKILL', LINE_MS);
      record(
        `peer vanished while the other one ${manner}`,
        `the other side was reset (${reason}); 1 transfer beside it: whole`,
      );
    },
  );
});
