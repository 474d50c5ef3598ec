// What must not come out: secrets, session ids and payloads, at any of the places that the daemon writes to or serves.

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../support/config-file.ts';
import { ALICE, BOB, configFor, ProxyUnderTest } from '../support/proxy.ts';
import { receive } from '../support/tcp.ts';
import { until } from '../support/until.ts';

const SECRET = 'correct horse';
const SID = 'vxf9n471bn46';
const PAYLOAD = 'attack at dawn';
const PAGES = ['/', '/listing', '/metrics', '/healthz', '/readyz', '/readyz?verbose'];

/** Everything that a daemon at its most talkative has logged and serves, after a transfer and a refused one. */
async function everything(store: string): Promise<{ log: string; pages: string }> {
  const quotas = { user: { day: '1TB' }, store };
  const config = { log: { level: 'debug' as const }, quotas };
  const proxy = await ProxyUnderTest.start({ config });
  const transfer = proxy.transfer({ sid: SID });
  const [from, to] = await proxy.stream(transfer);
  from.write(PAYLOAD);
  expect((await receive(to, PAYLOAD.length)).toString()).toBe(PAYLOAD);
  await proxy.activate(transfer);
  await proxy.activate({ ...transfer, requester: 'mallory@example.com/cave' });
  const running = await Promise.all(PAGES.map((page) => proxy.get(page)));
  from.end();
  to.end();
  await until(() => proxy.metric('streamhost_streams_active'), 0);
  await proxy.daemon.reload({ ok: true, config: configFor(proxy.server.service, config), warnings: [] });
  await until(() => proxy.metric('streamhost_quota_unwritten_bytes'), 0);
  const over = await Promise.all(PAGES.map((page) => proxy.get(page)));
  await proxy.daemon.stop();
  return { log: JSON.stringify(proxy.log), pages: [...running, ...over].map(({ text }) => text).join('\n') };
}

it('neither secret nor sid nor payload is in the log, the metrics, the status or the store [COMP-26] [S5B-P-89]', async () => {
  const store = join(temporaryFolder(), 'quotas');
  const { log, pages } = await everything(store);
  expect(log).toContain(ALICE); // what may be there is
  expect(pages).toContain('streamhost_streams_total');
  for (const text of [SECRET, SID, PAYLOAD]) {
    expect(log).not.toContain(text);
    expect(pages).not.toContain(text);
    expect(spawnSync('grep', ['-rqF', text, store]).status).toBe(1);
  }
  expect(spawnSync('grep', ['-rqF', 'alice@example.org', store]).status).toBe(0);
});

it('no page names a JID unless that is configured [S5B-P-89]', async () => {
  const { pages } = await everything(join(temporaryFolder(), 'quotas'));
  for (const jid of [ALICE, BOB, 'alice@', 'bob@', 'mallory@']) expect(pages).not.toContain(jid);
});
