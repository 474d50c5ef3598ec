// The proxy connects to what it tells clients: through its own listeners, with no trace among those of others.

import { describe, expect, it } from 'vitest';
import { configFor, outcome, type ProxyOptions, ProxyUnderTest } from '../support/proxy.ts';
import { until } from '../support/until.ts';

function told(proxy: ProxyUnderTest): Record<string, unknown>[] {
  return proxy.log.filter((line) => line.event === 'self-check');
}

/** Without `streamhosts` clients are told the listener's own address. */
const LISTENER: ProxyOptions['config'] = {
  selfCheck: { enabled: true },
  streamhosts: undefined,
  limits: { waiting: 2, waitingPerAddress: 2, connectionsPerSecond: 1000 },
  log: { level: 'debug' },
};

/** `auto` is the zero-copy one where it runs. */
describe.each(['stream', 'auto'] as const)('with the engine %s, the self-check', (engine) => {
  it('finds its own listener, warns once of the loopback, and is no handshake of others', async () => {
    const proxy = await ProxyUnderTest.start({ config: { ...LISTENER, relay: { engine } } });
    await until(async () => told(proxy).length, 1);
    expect(told(proxy)).toMatchObject([
      {
        level: 'warn',
        result: 'loopback',
        findings: [
          `Clients are told 127.0.0.1:${proxy.port}, which only works on this machine; set streamhosts to an address that your users can reach.`,
        ],
      },
    ]);
    expect(await proxy.metric('streamhost_handshakes_total{result="self-check"}')).toBe(1);
    expect(await proxy.metric('streamhost_handshakes_total{result="accepted"}')).toBe(0);
    expect(await proxy.metric('streamhost_self_check_ok')).toBe(0);
    expect(await proxy.metric('streamhost_self_checks_total{result="loopback"}')).toBe(1);
    expect((await proxy.get('/readyz')).status).toBe(200);
    expect((await proxy.get('/readyz?verbose')).text).toMatch(
      /\[!\] self-check: Clients are told 127\.0\.0\.1/,
    );

    expect(await proxy.metric('streamhost_connections_waiting')).toBe(0);
    const next = configFor(proxy.server.service, { ...LISTENER, relay: { engine } });
    await proxy.pair(proxy.transfer()); // as many as may wait
    await proxy.daemon.reload({ ok: true, config: next, warnings: [] });
    await until(async () => told(proxy).length, 2);
    expect(told(proxy)[1]).toMatchObject({ level: 'debug', result: 'loopback' });
    expect(await proxy.metric('streamhost_connections_waiting')).toBe(2);
  });
});

describe('the self-check', () => {
  it('sees after a reload that nobody listens where clients are sent', async () => {
    const proxy = await ProxyUnderTest.start();
    const streamhosts = [{ host: '127.0.0.2', port: proxy.port }];
    const config = configFor(proxy.server.service, { selfCheck: { enabled: true }, streamhosts });
    await proxy.daemon.reload({ ok: true, config, warnings: [] });
    await until(async () => told(proxy).length, 1);
    expect(told(proxy)).toMatchObject([{ level: 'warn', result: 'unreachable' }]);
    expect(outcome(await proxy.query())).toBe('result');
  });

  it('leaves nothing of what it found when a reload switches it off, and tells it again when it is back', async () => {
    const proxy = await ProxyUnderTest.start({ config: LISTENER });
    await until(async () => told(proxy).length, 1);
    const reload = (selfCheck: { enabled: boolean }) => {
      const config = configFor(proxy.server.service, { ...LISTENER, selfCheck });
      return proxy.daemon.reload({ ok: true, config, warnings: [] });
    };
    await reload({ enabled: false });
    expect((await proxy.get('/readyz?verbose')).text).not.toContain('self-check');
    expect(await proxy.metric('streamhost_self_check_ok')).toBeNaN();
    await reload({ enabled: true });
    await until(async () => told(proxy).length, 2);
    expect(told(proxy)[1]).toMatchObject({ level: 'warn', result: 'loopback' });
  });

  it('holds the end of the daemon up by nothing', async () => {
    const proxy = await ProxyUnderTest.start({
      config: { selfCheck: { enabled: true }, streamhosts: [{ host: '192.0.2.1', port: 9 }] },
    });
    const stopped = proxy.daemon.stop();
    await proxy.link.untilFooter();
    proxy.link.send('</stream:stream>');
    expect(await stopped).toEqual({ unfinished: 0 });
  });
});
