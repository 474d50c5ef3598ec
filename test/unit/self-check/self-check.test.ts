// The self-check against real sockets: ourselves, somebody else, and nobody.

import { EventEmitter, once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Rendezvous, SelfCheckResult } from '../../../src/rendezvous/ports.ts';
import { OwnConnections } from '../../../src/self-check/own-connections.ts';
import {
  SelfCheck,
  type SelfCheckParts,
  type SelfCheckSettings,
} from '../../../src/self-check/self-check.ts';
import { type SessionKey, sessionKey } from '../../../src/wire/session-key.ts';
import { ManualClock } from '../../support/clock.ts';
import { FakePeer } from '../../support/fake-relay.ts';
import { Watcher } from '../../support/xmpp-side.ts';

const ONLINE = { kind: 'xmpp-online', domain: 'd', service: 's', reconnect: false } as const;
const RELOADED = { kind: 'reloaded', changed: [], needRestart: [], listeners: 1, selfCheck: true } as const;

/** A port of the loopback on which `serve` has its way with every connection. */
async function listen(serve: (socket: Socket) => void): Promise<number> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    serve(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server is closed');
  return address.port;
}

/** A streamhost that takes every key, and tells ours from others if it is ours. */
function streamhost(own?: OwnConnections) {
  return (socket: Socket) => {
    socket.once('data', () => {
      socket.write(Buffer.of(5, 0));
      socket.once('data', (request: Buffer) => {
        const key = request.toString('latin1', 5, 45) as SessionKey;
        own?.join(key, '127.0.0.1', () => new FakePeer());
        socket.write(Buffer.concat([Buffer.of(5, 0), request.subarray(2)]));
      });
    });
  };
}

/** Somebody who takes connections, waits for the first byte, and says nothing. */
async function silentOne(): Promise<{ port: number; asked: Promise<unknown> }> {
  const events = new EventEmitter();
  const asked = once(events, 'asked');
  const port = await listen((socket) => void socket.once('data', () => events.emit('asked')));
  return { port, asked };
}

const NOBODY: Pick<Rendezvous, 'join'> = { join: () => ({ ok: true }) };

function prepare(settings: Partial<SelfCheckSettings>, more: Partial<SelfCheckParts> = {}) {
  const clock = new ManualClock();
  const observer = new Watcher();
  const own = more.own ?? new OwnConnections(NOBODY);
  const current = { enabled: true, interval: 3_600_000, streamhosts: [], ...settings };
  const check = new SelfCheck({
    clock,
    observer,
    settings: () => current,
    ownAddresses: () => ['203.0.113.7'],
    ...more,
    own,
  });
  onTestFinished(() => check.stop());
  return { check, clock, observer, current };
}

describe('the self-check', () => {
  it('completes a handshake with itself, again after an hour, and tells a change only', async () => {
    const own = new OwnConnections(NOBODY);
    const port = await listen(streamhost(own));
    const { check, clock, observer } = prepare({ streamhosts: [{ host: '127.0.0.1', port }] }, { own });
    check.observe(ONLINE);
    expect(await observer.until('self-check')).toMatchObject({ result: 'loopback', changed: true });
    clock.advance(3_600_000);
    expect(await observer.until('self-check', 2)).toMatchObject({ result: 'loopback', changed: false });
  });

  it('is done at the first joining and after each reload, not at every joining', async () => {
    const { check, observer } = prepare({ streamhosts: [] });
    check.observe(RELOADED);
    check.observe(ONLINE);
    await observer.until('self-check', 1);
    check.observe({ kind: 'xmpp-offline', reason: 'the server is shutting down' });
    check.observe(ONLINE);
    check.observe(RELOADED);
    await observer.until('self-check', 2);
    await check.stop();
    expect(observer.of('self-check')).toHaveLength(2);
  });

  it('is done without the server, too, and again when that is joined', async () => {
    const { check, observer } = prepare({ streamhosts: [] });
    check.observe({ kind: 'xmpp-offline', reason: 'it is not up' });
    await observer.until('self-check', 1);
    check.observe({ kind: 'xmpp-offline', reason: 'it is not up' });
    check.observe(ONLINE);
    await observer.until('self-check', 2);
    await check.stop();
    expect(observer.of('self-check')).toHaveLength(2);
  });

  it('says when there is nothing to tell clients', async () => {
    const { check, observer } = prepare({ streamhosts: [] });
    check.observe(ONLINE);
    expect(await observer.until('self-check')).toMatchObject({
      result: 'unreachable',
      findings: ['This machine has no address to tell clients: set streamhosts.'],
    });
  });

  it('sees that somebody else answers', async () => {
    const port = await listen(streamhost());
    const { check, observer } = prepare({ streamhosts: [{ host: '127.0.0.1', port }] });
    check.observe(ONLINE);
    expect((await observer.until('self-check')).findings[0]).toContain('another SOCKS5 proxy answers');
  });

  it.each<[string, (socket: Socket) => void, SelfCheckResult]>([
    ['speaks HTTP', (socket: Socket) => void socket.end('HTTP/1.1 400\r\n'), 'not-us'],
    ['closes at once', (socket: Socket) => void socket.destroy(), 'unreachable'],
    ['says no', (socket: Socket) => void socket.end(Buffer.of(5, 0xff)), 'not-us'],
  ])('sees that what is there %s', async (_, serve, result) => {
    const port = await listen(serve);
    const { check, observer } = prepare({ streamhosts: [{ host: '127.0.0.1', port }] });
    check.observe(ONLINE);
    expect(await observer.until('self-check')).toMatchObject({ result });
  });

  it('waits for who says nothing as long as it wants to', async () => {
    const { port, asked } = await silentOne();
    const { check, clock, observer } = prepare({ streamhosts: [{ host: '127.0.0.1', port }] });
    check.observe(ONLINE);
    await asked;
    clock.advance(5000);
    expect(await observer.until('self-check')).toMatchObject({ result: 'unreachable' });
  });

  it('tries every address of a name', async () => {
    const own = new OwnConnections(NOBODY);
    const port = await listen(streamhost(own));
    const resolve = async () => ['127.0.0.1', '127.0.0.2'];
    const streamhosts = [{ host: 'proxy.example.org', port }];
    const { check, observer } = prepare({ streamhosts }, { own, resolve });
    check.observe(ONLINE);
    const { result, findings } = await observer.until('self-check');
    expect(result).toBe('unreachable');
    expect(findings).toEqual([
      expect.stringContaining('that is 127.0.0.1, which only works on this machine'),
      expect.stringContaining('that is 127.0.0.2, which takes no connections (ECONNREFUSED)'),
    ]);
  });

  it('says of a name that it does not resolve', async () => {
    const resolve = () => Promise.reject(Object.assign(new Error('no'), { code: 'ENOTFOUND' }));
    const streamhosts = [{ host: 'proxy.example.org', port: 7777 }];
    const { check, observer } = prepare({ streamhosts }, { resolve });
    check.observe(ONLINE);
    expect(await observer.until('self-check')).toMatchObject({ result: 'unresolvable' });
  });

  it('does nothing when it is switched off, or when the proxy is about to stop', async () => {
    const { check, clock, observer, current } = prepare({ enabled: false });
    check.observe(ONLINE);
    await check.stop();
    check.observe(RELOADED);
    Object.assign(current, { enabled: true });
    check.observe({ kind: 'draining', streams: 0, waiting: 0, graceMs: 0 });
    check.observe(RELOADED);
    await check.stop();
    expect(observer.of('self-check')).toEqual([]);
    expect(clock.pending).toBe(0);
  });

  it('gives a resolver up that does not answer, and ends at once when it is stopped meanwhile', async () => {
    const events = new EventEmitter();
    const asked = once(events, 'asked');
    const resolve = () => {
      events.emit('asked');
      return new Promise<never>(() => {});
    };
    const streamhosts = [{ host: 'proxy.example.org', port: 7777 }];
    const { check, clock, observer } = prepare({ streamhosts }, { resolve });
    check.observe(ONLINE);
    await asked;
    clock.advance(5000);
    const { result, findings } = await observer.until('self-check');
    expect(result).toBe('unknown');
    expect(findings[0]).toContain('cannot be resolved at present (ETIMEDOUT)');
    check.observe(RELOADED);
    await check.stop();
  });

  it('ends at once when it is stopped in mid-probe', async () => {
    const { port, asked } = await silentOne();
    const { check, observer } = prepare({ streamhosts: [{ host: '127.0.0.1', port }] });
    check.observe(ONLINE);
    await asked;
    await check.stop();
    expect(observer.of('self-check')).toEqual([]);
  });
});

describe('own connections', () => {
  const key = sessionKey('probe', '', '');

  it('are seen once and sent away, and take no place', () => {
    const own = new OwnConnections({ join: () => ({ ok: false, reason: 'over-limit' }) });
    let arrivals = 0;
    own.expect(key, () => void arrivals++);
    const peer = new FakePeer();
    expect(own.join(key, '192.0.2.1', () => peer)).toEqual({ ok: true, selfCheck: true });
    expect([arrivals, peer.closed]).toEqual([1, true]);
    expect(own.join(key, '192.0.2.1', () => peer)).toEqual({ ok: false, reason: 'over-limit' });
  });

  it('that did not come are forgotten', () => {
    const own = new OwnConnections({ join: () => ({ ok: false, reason: 'over-limit' }) });
    own.expect(key, () => {});
    own.forget(key);
    expect(own.join(key, '192.0.2.1', () => new FakePeer())).toEqual({ ok: false, reason: 'over-limit' });
  });
});
