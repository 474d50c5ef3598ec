// slixmpp to slixmpp, the actors of the interop tests: read, summed on both sides, written; from the order to the receiver's
// report.

import { mkdtemp, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Actor } from '../../test/support/interop/actor.ts';
import type { XmppServer } from '../../test/support/interop/xmpp-server.ts';
import { startMeter, type TransferContender } from './contender.ts';

export interface TheirsOptions {
  readonly title: string;
  readonly method: 's5b' | 'ibb';
  readonly sender: string;
  readonly receiver: string;
  readonly password: string;
}

export async function theirs(server: XmppServer, options: TheirsOptions): Promise<TransferContender> {
  const { title, method, password } = options;
  const inbox = await mkdtemp(join(server.folder, `inbox-${options.receiver}-`));
  const sender = await Actor.login('slixmpp', server, options.sender, password, { methods: [method] });
  const receiver = await Actor.login('slixmpp', server, options.receiver, password, {
    methods: [method],
    inbox,
  });
  return {
    title,
    async move({ path, sha256 }) {
      const meter = startMeter({ sender: sender.pid, receiver: receiver.pid });
      const received = receiver.receive();
      const by = method === 'ibb' ? ({ method } as const) : server.proxy.domain;
      const sent = sender.send(path, receiver.jid, by);
      const outcome = await received;
      const seconds = meter.seconds();
      await sent;
      const cpuSeconds = meter.sender() + meter.receiver();
      if (outcome.sha256 !== sha256) throw new Error(`${title}: another file arrived`);
      await rm(join(inbox, basename(path)));
      return { seconds, cpuSeconds };
    },
    async stop() {
      await Promise.all([sender.stop(), receiver.stop()]);
    },
  };
}
