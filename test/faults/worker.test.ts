// A relay thread ends while files cross the proxy: its own streams are reset on both sides, the others do not notice.

import type { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { configSchema } from '../../src/config/schema.ts';
import { type Daemon, startDaemon } from '../../src/daemon.ts';
import { loadLibc } from '../../src/relay/splice/libc.ts';
import { spawnWorker } from '../../src/relay/splice/spawn-worker.ts';
import { SpliceRelay } from '../../src/relay/splice-relay.ts';
import { record } from '../support/figures.ts';
import { prosody } from '../support/interop/prosody.ts';
import { XmppServer } from '../support/interop/xmpp-server.ts';
import { XmppUser } from '../support/interop/xmpp-user.ts';
import { describeWith } from '../support/requirements.ts';
import { openStream, type Parties, sendFile } from './transfer.ts';

const PASSWORD = 'wonderland';
const RUNNING = 8;
const BYTES = 2 << 20;
const PACE = { piece: 16 * 1024, pauseMs: 10 };

describeWith(['prosody', 'splice'], 'a relay thread beside Prosody', () => {
  const threads: Worker[] = [];
  let server: XmppServer;
  let daemon: Daemon;
  let users: XmppUser[];

  beforeEach(async () => {
    server = await XmppServer.start(prosody);
    daemon = await startInProcess();
    users = [];
    for (const name of ['romeo', 'juliet']) {
      await server.addUser(name, PASSWORD);
      users.push(await XmppUser.login(server, name, PASSWORD));
    }
  });

  afterEach(async () => {
    for (const user of users) await user.stop();
    await daemon.stop({ graceMs: 0 });
    await server.dispose();
  });

  /** Two threads, within reach of the test. */
  async function startInProcess(): Promise<Daemon> {
    const { xmpp, ...rest } = configSchema.parse({
      xmpp: { service: `xmpp://127.0.0.1:${server.componentPort}`, domain: server.proxy.domain },
      listen: [{ host: '127.0.0.1', port: 0 }],
      streamhosts: [{ host: '127.0.0.1', port: 1 }],
      http: { enabled: false },
      log: { level: 'silent' },
      selfCheck: { enabled: false },
    });
    return startDaemon(
      { ...rest, xmpp: { ...xmpp, secret: server.proxy.secret } },
      {
        version: 'test',
        createEngine: (clock) =>
          new SpliceRelay(loadLibc(), clock, {
            earlyData: 'hold',
            halfCloseMs: 60_000,
            workers: 2,
            spawn: (start) => {
              const thread = spawnWorker(start);
              threads.push(thread);
              return thread;
            },
          }),
      },
    );
  }

  it('that ends takes its own streams with it, as resets on both sides, and is replaced', async () => {
    const [requester, target] = users;
    if (!requester || !target) throw new Error('there are no users');
    const port = daemon.addresses[0]?.port ?? 0;
    const parties: Parties = { requester, target, proxy: server.proxy.domain, port };
    const streams = await Promise.all(Array.from({ length: RUNNING }, () => openStream(parties)));
    const running = Promise.all(streams.map((stream) => sendFile(stream, BYTES, PACE)));
    await threads[0]?.terminate();
    const outcomes = await running;
    const whole = outcomes.filter((outcome) => outcome === 'whole').length;
    record(
      'a relay thread ended',
      `${RUNNING} running transfers on 2 threads: ${whole} whole, ${RUNNING - whole} reset`,
    );
    expect(whole).toBeGreaterThan(0);
    expect(whole).toBeLessThan(RUNNING);
    expect(threads.length).toBe(3);
    expect(await sendFile(await openStream(parties), BYTES)).toBe('whole');
  });
});
