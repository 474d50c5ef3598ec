// A daemon that is killed in mid-transfer: what it had counted a second before is there when the next one starts.

import type { Socket } from 'node:net';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { readUsage } from '../../src/store/read-usage.ts';
import { attribute } from '../../src/wire/xml.ts';
import { temporaryFolder } from '../support/config-file.ts';
import { Daemon } from '../support/interop/daemon.ts';
import { ALICE, BOB, connectMessage, DOMAIN, greet, keyOf, outcome, request } from '../support/proxy.ts';
import { type ScriptedConnection, startScriptedServer } from '../support/scripted-server.ts';
import { dial } from '../support/tcp.ts';
import { until } from '../support/until.ts';

const SECRET = 'correct horse';
const CHUNK = Buffer.alloc(64 * 1024);
const transfer = { sid: 'sid1', requester: ALICE, target: BOB };

/** The XML of a request of Alice's. */
function fromAlice(type: 'get' | 'set', id: string, attributes = '', content = ''): string {
  return (
    `<iq type='${type}' id='${id}' from='${ALICE}' to='${DOMAIN}'>` +
    `<query xmlns='http://jabber.org/protocol/bytestreams'${attributes}>${content}</query></iq>`
  );
}

async function peer(daemon: Daemon): Promise<Socket> {
  const socket = await dial(daemon.streamhost.port);
  await greet(socket);
  await request(socket, connectMessage(keyOf(transfer)), 47);
  return socket;
}

/** Alice's stream to Bob, on which she sends as fast as she can. Returns how much she has sent. */
async function pump(daemon: Daemon, link: ScriptedConnection): Promise<() => number> {
  const [from, to] = [await peer(daemon), await peer(daemon)];
  const activated = await link.ask(
    fromAlice('set', 'activate', ` sid='${transfer.sid}'`, `<activate>${BOB}</activate>`),
  );
  expect(attribute(activated, 'type')).toBe('result');
  to.resume();
  let sent = 0;
  const send = () => {
    do sent += CHUNK.length;
    while (from.write(CHUNK));
  };
  from.on('drain', send);
  send();
  return () => sent;
}

it('a kill loses nothing of a quota that was relayed a second before [S5B-P-85]', async () => {
  const server = await startScriptedServer();
  const folder = temporaryFolder();
  const store = join(folder, 'quotas');
  const site = { proxy: { domain: DOMAIN, secret: SECRET }, componentPort: portOf(server.service), folder };
  const start = async (month: number) => {
    const daemon = await Daemon.start(site, { config: { quotas: { user: { month }, store } } });
    onTestFinished(async () => void (await daemon.child.stop('SIGKILL', 5000)));
    return { daemon, link: await server.join({ secret: SECRET }) };
  };

  const { daemon, link } = await start(2 ** 50);
  const sent = await pump(daemon, link);
  const writes = () => daemon.metric('streamhost_quota_writes_total');
  await until(async () => (await writes()) > 0, true);
  const relayed = await daemon.metric('streamhost_relayed_bytes_total');
  // The first of the next two may have begun before; the second one has all of it, and is a second later at most.
  const before = await writes();
  await until(async () => (await writes()) >= before + 2, true);
  await daemon.child.stop('SIGKILL', 5000);

  const { user } = await readUsage(store, 'alice@example.org', 'example.org', Date.now());
  expect(relayed).toBeGreaterThan(0);
  expect(user.month).toBeGreaterThanOrEqual(relayed);
  expect(user.month).toBeLessThanOrEqual(sent());

  const next = await start(relayed);
  expect(outcome(await next.link.ask(fromAlice('get', 'query')))).toBe('resource-constraint/wait');
});

function portOf(service: string): number {
  return Number(new URL(service).port);
}
