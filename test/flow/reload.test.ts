// Another configuration while everything runs: what it changes, what it leaves alone, and when it is rejected.

import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, renameSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Loaded } from '../../src/config/load.ts';
import { attribute } from '../../src/wire/xml.ts';
import { temporaryFolder } from '../support/config-file.ts';
import {
  configFor,
  connectMessage,
  greet,
  keyOf,
  outcome,
  type ProxyOptions,
  ProxyUnderTest,
  request,
} from '../support/proxy.ts';
import { dial, receive, receiveAll } from '../support/tcp.ts';

type Settings = ProxyOptions['config'];

/** As `loadConfig` gives it. */
function loaded(proxy: ProxyUnderTest, settings: Settings): Loaded {
  return { ok: true, config: configFor(proxy.server.service, settings), warnings: [] };
}

function told(proxy: ProxyUnderTest, event: string): Record<string, unknown>[] {
  return proxy.log.filter((line) => line.event === event);
}

/** The test's own timeout bounds it. */
const eventually = <T>(ask: () => T) => expect.poll(ask, { timeout: 50_000, interval: 5 });

const LISTEN = { host: '127.0.0.1', port: 0 };

describe('a reload', () => {
  it('touches neither streams nor the link, and is told and counted', async () => {
    const proxy = await ProxyUnderTest.start();
    const [first, second] = await proxy.stream();
    const waiting = proxy.transfer();
    const pair = await proxy.pair(waiting);
    expect(await proxy.daemon.reload(loaded(proxy, { limits: { streams: 10 } }))).toBe(true);
    first.write('x');
    expect((await receive(second, 1)).toString()).toBe('x');
    expect(outcome(await proxy.activate(waiting))).toBe('result');
    pair[1].write('y');
    expect((await receive(pair[0], 1)).toString()).toBe('y');
    expect(proxy.server.connections).toHaveLength(1);
    expect(told(proxy, 'reloaded')).toMatchObject([{ level: 'info', changed: ['limits.streams'] }]);
    expect(await proxy.metric('streamhost_reloads_total{result="ok"}')).toBe(1);
  });

  it('changes who may use the proxy', async () => {
    const proxy = await ProxyUnderTest.start();
    expect(outcome(await proxy.query())).toBe('result');
    await proxy.daemon.reload(loaded(proxy, { access: { deny: ['alice@example.org'] } }));
    expect(outcome(await proxy.query())).toBe('forbidden/auth');
    await proxy.daemon.reload(loaded(proxy, {}));
    expect(outcome(await proxy.query())).toBe('result');
  });

  it('changes what clients are told', async () => {
    const proxy = await ProxyUnderTest.start();
    await proxy.daemon.reload(loaded(proxy, { streamhosts: [{ host: '203.0.113.99', port: 443 }] }));
    const streamhost = (await proxy.query()).getChild('query')?.getChild('streamhost');
    expect(streamhost && attribute(streamhost, 'host')).toBe('203.0.113.99');
    expect(streamhost && attribute(streamhost, 'port')).toBe('443');
  });

  it('changes limits for whoever comes, and sends nobody away', async () => {
    const proxy = await ProxyUnderTest.start();
    const [first, second] = await proxy.stream();
    await proxy.daemon.reload(loaded(proxy, { limits: { streams: 1, waiting: 2 } }));
    const transfer = proxy.transfer();
    await proxy.pair(transfer);
    await expect(proxy.peer(proxy.transfer())).rejects.toThrow('REP 1');
    expect(outcome(await proxy.activate(transfer))).toBe('resource-constraint/wait');
    first.write('x');
    expect((await receive(second, 1)).toString()).toBe('x');
  });

  it('changes the deadline of handshakes', async () => {
    const proxy = await ProxyUnderTest.start();
    await proxy.daemon.reload(loaded(proxy, { timeouts: { handshake: '1ms' } }));
    expect((await receiveAll(await proxy.dial())).bytes).toHaveLength(0);
    expect(await proxy.metric('streamhost_handshakes_total{result="timed-out"}')).toBe(1);
  });

  it('changes the classes', async () => {
    const proxy = await ProxyUnderTest.start();
    const staff = { name: 'staff', match: { jids: ['example.org'] } };
    await proxy.daemon.reload(loaded(proxy, { classes: [staff] }));
    const [first, second] = await proxy.stream();
    first.end();
    second.end();
    await Promise.all([receiveAll(first), receiveAll(second)]);
    await eventually(() => told(proxy, 'stream-closed')).toMatchObject([{ class: 'staff' }]);
  });

  it.each(['auto', 'stream'] as const)(
    'holds the streams that run to rates that there were not, and lets them go (relay.engine %s) [S5B-P-85]',
    async (engine) => {
      const relay = { engine };
      const proxy = await ProxyUnderTest.start({ config: { relay } });
      const [first, second] = await proxy.stream();
      const payload = randomBytes(1024 * 1024);
      first.write(payload);
      expect((await receive(second, payload.length)).equals(payload)).toBe(true);

      await proxy.daemon.reload(loaded(proxy, { relay, rates: { stream: '1' } }));
      const relayed = () => proxy.metric('streamhost_relayed_bytes_total{direction="first_to_second"}');
      let sent = payload.length;
      const rest = receiveAll(second);
      const flood = setInterval(() => {
        first.write(payload);
        sent += payload.length;
      }, 5);
      onTestFinished(() => clearInterval(flood));
      // Whoever is not held back has passed on what was written before the last time.
      await eventually(async () => sent - (await relayed())).toBeGreaterThan(20 * payload.length);
      clearInterval(flood);

      await proxy.daemon.reload(loaded(proxy, { relay }));
      first.end();
      const received = await rest;
      expect(received.bytes.length).toBe(sent - payload.length);
      expect(received.end).toBe('fin');
    },
  );

  it('changes the level of the log', async () => {
    const proxy = await ProxyUnderTest.start({ config: { log: { level: 'error' } } });
    await proxy.daemon.reload(loaded(proxy, { log: { level: 'debug' } }));
    await proxy.query();
    expect(told(proxy, 'address-query')).toHaveLength(1);
  });

  it('names what needs a restart, and leaves it as it was', async () => {
    const proxy = await ProxyUnderTest.start();
    const settings = { http: { host: '127.0.0.1', port: 1 }, relay: { earlyData: 'discard' as const } };
    expect(await proxy.daemon.reload(loaded(proxy, settings))).toBe(true);
    expect(told(proxy, 'reloaded')).toMatchObject([
      { level: 'warn', needRestart: ['http.port', 'relay.earlyData'] },
    ]);
    expect((await proxy.get('/healthz')).status).toBe(200);
  });
});

describe('listeners', () => {
  it('can be added: both parties of a transfer may come in by different ones [S5B-P-50]', async () => {
    const proxy = await ProxyUnderTest.start();
    await proxy.daemon.reload(loaded(proxy, { listen: [LISTEN, LISTEN] }));
    expect(proxy.daemon.addresses).toHaveLength(2);
    const transfer = proxy.transfer();
    await proxy.peer(transfer);
    await proxy.peer(transfer, '127.0.0.1', proxy.address(1).port);
    expect(outcome(await proxy.activate(transfer))).toBe('result');
    expect((await proxy.get('/readyz?verbose')).text).toContain('[+] listening: 2 of 2 listeners open');
  });

  it('can be removed: they accept nobody any more, and their streams run on', async () => {
    const proxy = await ProxyUnderTest.start({ config: { listen: [LISTEN, LISTEN] } });
    const { host, port } = proxy.address(1);
    const transfer = proxy.transfer();
    const [first, second] = [await proxy.peer(transfer, host, port), await proxy.peer(transfer, host, port)];
    await proxy.activate(transfer);
    const slow = await proxy.dial(host, port);
    await greet(slow);

    await proxy.daemon.reload(loaded(proxy, { listen: [LISTEN] }));
    await expect(dial(port, host)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    first.write('x');
    expect((await receive(second, 1)).toString()).toBe('x');
    expect((await request(slow, connectMessage(keyOf(proxy.transfer())), 47))[1]).toBe(0);
    expect((await proxy.get('/readyz?verbose')).text).toContain('[+] listening: 1 of 1 listeners open');
    expect(outcome(await proxy.query())).toBe('result');
  });

  it('keep their options until a restart, which is said', async () => {
    const proxy = await ProxyUnderTest.start();
    const { port } = proxy.address(0);
    await proxy.daemon.reload(loaded(proxy, { listen: [{ ...LISTEN, proxyProtocol: true }] }));
    expect(told(proxy, 'reloaded')).toMatchObject([{ needRestart: ['listen[0]'] }]);
    expect(proxy.port).toBe(port);
    await proxy.pair(proxy.transfer());
  });
});

describe('a configuration that cannot be', () => {
  it('is rejected whole with the reasons in the log, and the old one stays', async () => {
    const proxy = await ProxyUnderTest.start();
    const problems = [{ where: 'streamhost.yaml:3', key: 'limits.streams', message: 'found 0' }];
    expect(await proxy.daemon.reload({ ok: false, problems })).toBe(false);
    expect(told(proxy, 'reload-rejected')).toMatchObject([
      { level: 'error', reasons: ['streamhost.yaml:3: limits.streams: found 0'] },
    ]);
    expect(await proxy.metric('streamhost_reloads_total{result="rejected"}')).toBe(1);
    expect(outcome(await proxy.query())).toBe('result');
  });

  it('is rejected whole when one of its ports is in use: nothing of it is in force', async () => {
    const proxy = await ProxyUnderTest.start();
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    onTestFinished(() => void other.close());
    const taken = other.address();
    if (taken === null || typeof taken === 'string') throw new Error('no port');
    const next = {
      access: { deny: ['*'] },
      listen: [LISTEN, LISTEN, { host: '127.0.0.1', port: taken.port }],
    };
    expect(await proxy.daemon.reload(loaded(proxy, next))).toBe(false);
    expect(told(proxy, 'reload-rejected')).toMatchObject([
      {
        reasons: [
          expect.stringMatching(/cannot listen on .*\(listen\[2\]\): another program uses that port/),
        ],
      },
    ]);
    expect(proxy.daemon.addresses).toHaveLength(1);
    expect(outcome(await proxy.query())).toBe('result');
    await proxy.pair(proxy.transfer());
    expect((await proxy.get('/readyz?verbose')).text).toContain('[+] listening: 1 of 1 listeners open');
  });

  it('is rejected when it wants the port of a listener for another host, and says that this needs a restart', async () => {
    const proxy = await ProxyUnderTest.start();
    const { port } = proxy;
    expect(await proxy.daemon.reload(loaded(proxy, { listen: [{ host: '0.0.0.0', port }] }))).toBe(false);
    expect(told(proxy, 'reload-rejected')).toMatchObject([
      {
        reasons: [
          `cannot listen on 0.0.0.0:${port} (listen[0]): this process has 127.0.0.1:${port} open; another host for the same port needs a restart`,
        ],
      },
    ]);
    await proxy.pair(proxy.transfer());
  });

  it('is rejected when its audit cannot be written', async () => {
    const proxy = await ProxyUnderTest.start();
    const file = join(temporaryFolder(), 'nowhere', 'audit');
    expect(await proxy.daemon.reload(loaded(proxy, { audit: { file } }))).toBe(false);
    expect(told(proxy, 'reload-rejected')).toMatchObject([
      { reasons: [`cannot write ${file} (audit.file): its folder does not exist; create it`] },
    ]);
  });

  it('is rejected while the proxy stops, and opens no port first', async () => {
    const proxy = await ProxyUnderTest.start();
    await proxy.stream();
    void proxy.daemon.stop({ graceMs: 600_000 });
    expect(await proxy.daemon.reload(loaded(proxy, { listen: [LISTEN, LISTEN] }))).toBe(false);
    expect(told(proxy, 'reload-rejected')).toMatchObject([{ reasons: ['streamhost is stopping'] }]);
    expect(told(proxy, 'listening')).toHaveLength(1);
    await expect(proxy.dial()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });
});

describe('the audit', () => {
  it('goes to its file, opened anew by every reload, rejected or not', async () => {
    const file = join(temporaryFolder(), 'audit.jsonl');
    const settings = { audit: { file, mask: { jids: true, addresses: true } } };
    const proxy = await ProxyUnderTest.start({ config: settings });
    const lines = (path: string) => {
      const text = readFileSync(path, 'utf8').trimEnd();
      return text === '' ? [] : text.split('\n').map((line): unknown => JSON.parse(line));
    };
    const transferOnce = async () => {
      const [first, second] = await proxy.stream();
      first.end('12345');
      second.end();
      await Promise.all([receiveAll(first), receiveAll(second)]);
    };
    await transferOnce();
    await expect
      .poll(() => lines(file))
      .toMatchObject([
        {
          requester: expect.stringMatching(/^jid:/),
          target: expect.stringMatching(/^jid:/),
          first: expect.stringMatching(/^ip:/),
          bytesFirstToSecond: 5,
          bytesSecondToFirst: 0,
          class: 'default',
          reason: 'finished',
        },
      ]);
    expect(told(proxy, 'stream-closed')).toEqual([]);

    for (const [turn, next] of [loaded(proxy, settings), { ok: false as const, problems: [] }].entries()) {
      renameSync(file, `${file}.${turn}`);
      await proxy.daemon.reload(next);
      await eventually(() => lines(file)).toEqual([]);
      await transferOnce();
      await eventually(() => lines(file)).toHaveLength(1);
      expect(lines(`${file}.${turn}`)).toHaveLength(1);
    }
  });
});
