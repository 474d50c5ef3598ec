// slixmpp to slixmpp, the actors of the interop tests: from the order to the receiver's report. They hash, and write nothing.

import { Actor } from '../../test/support/interop/actor.ts';
import type { XmppServer } from '../../test/support/interop/xmpp-server.ts';
import type { TransferContender } from './contender.ts';

export interface TheirsOptions {
  readonly title: string;
  readonly method: 's5b' | 'ibb';
  readonly sender: string;
  readonly receiver: string;
  readonly password: string;
}

export async function theirs(server: XmppServer, options: TheirsOptions): Promise<TransferContender> {
  const { title, method, password } = options;
  const sender = await Actor.login('slixmpp', server, options.sender, password, [method]);
  const receiver = await Actor.login('slixmpp', server, options.receiver, password, [method]);
  return {
    title,
    async move({ path, sha256 }) {
      const began = performance.now();
      const received = receiver.receive();
      const by = method === 'ibb' ? ({ method } as const) : server.proxy.domain;
      const sent = sender.send(path, receiver.jid, by);
      const outcome = await received;
      const seconds = (performance.now() - began) / 1000;
      await sent;
      if (outcome.sha256 !== sha256) throw new Error(`${title}: another file arrived`);
      return seconds;
    },
    async stop() {
      await Promise.all([sender.stop(), receiver.stop()]);
    },
  };
}
