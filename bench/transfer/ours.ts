// `streamhost send` to `streamhost receive`, two processes of the built command: from the offer to the receiver's last word.

import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Child } from '../../test/support/interop/child.ts';
import type { XmppServer } from '../../test/support/interop/xmpp-server.ts';
import { MOVE_MS, startMeter, type TransferContender } from './contender.ts';

const EXECUTABLE = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const OVER = /"event":"(done|failed)"/;
const START_MS = 30_000;
const STOP_MS = 10_000;

export interface OursOptions {
  readonly title: string;
  readonly method: 's5b' | 'ibb';
  /** An account of the receiver's own. */
  readonly receiver: string;
  readonly password: string;
}

export async function ours(server: XmppServer, options: OursOptions): Promise<TransferContender> {
  const { title, method, receiver: user, password } = options;
  const folder = join(server.folder, `inbox-${user}`);
  const run = (...args: string[]) =>
    new Child({
      title,
      command: process.execPath,
      args: [EXECUTABLE, ...args, '--service', `xmpp://127.0.0.1:${server.c2sPort}`, '--json', '--no-direct'],
      env: { STREAMHOST_PASSWORD: password },
    });
  const to = `${user}@${server.domain}/bench`;
  const receiver = run('receive', '--jid', to, '--dir', folder, '--accept', 'all');
  await receiver.line(/"event":"ready"/, START_MS);
  return {
    title,
    async move({ path, sha256 }) {
      const done = receiver.line(OVER, MOVE_MS, receiver.next);
      const sender = run('send', '--jid', `alice@${server.domain}`, '--method', method, path, to);
      await sender.line(/"event":"offer"/, START_MS);
      const meter = startMeter({ sender: sender.pid, receiver: receiver.pid });
      const sent = sender.line(OVER, MOVE_MS).then(() => meter.sender());
      const { text } = await done;
      const seconds = meter.seconds();
      const cpuSeconds = (await sent) + meter.receiver();
      if ((await sender.exit(STOP_MS)) !== 0) throw sender.failure('failed');
      const outcome: { sha256?: string; path?: string } = JSON.parse(text);
      if (outcome.sha256 !== sha256) throw receiver.failure(`did not get the file: ${text}`);
      await rm(outcome.path ?? '', { force: true });
      return { seconds, cpuSeconds };
    },
    async stop() {
      await receiver.stop('SIGINT', STOP_MS);
    },
  };
}
