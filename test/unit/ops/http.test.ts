// /metrics, /healthz and /readyz over a real socket.

import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HttpEndpoint } from '../../../src/ops/http.ts';
import { Readiness } from '../../../src/ops/readiness.ts';

let readiness: Readiness;
let endpoint: HttpEndpoint;
let expose: () => Promise<{ contentType: string; text: string }>;

beforeEach(async () => {
  readiness = new Readiness(2);
  expose = async () => ({ contentType: 'text/x-test', text: 'streamhost_up 1\n' });
  endpoint = await HttpEndpoint.open({
    host: '127.0.0.1',
    port: 0,
    metrics: { expose: () => expose() },
    readiness,
    status: { page: () => '<!doctype html><title>status</title>' },
    listing: async () => ({ listed: true, detail: 'example.org lists proxy.example.org' }),
  });
});

afterEach(() => endpoint.close());

function ask(path: string, method = 'GET'): Promise<Response> {
  return fetch(`http://127.0.0.1:${endpoint.address.port}${path}`, { method });
}

function listenAndJoin(): void {
  for (const port of [1, 2]) readiness.observe({ kind: 'listening', host: '::', port });
  readiness.observe({
    kind: 'xmpp-online',
    domain: 'proxy.example.org',
    service: 'xmpp://h:1',
    reconnect: false,
  });
}

describe('the HTTP port', () => {
  it('serves the metrics with their content type', async () => {
    const response = await ask('/metrics');
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/x-test');
    expect(await response.text()).toBe('streamhost_up 1\n');
  });

  it('says so when the metrics cannot be collected, and lives on', async () => {
    expose = () => Promise.reject(new Error('no metrics today'));
    const response = await ask('/metrics');
    expect(response.status).toBe(500);
    expect(await response.text()).toContain('no metrics today');
    expect((await ask('/healthz')).status).toBe(200);
  });

  it('is healthy as long as it answers', async () => {
    expect(await (await ask('/healthz')).text()).toBe('ok\n');
  });

  it('answers 404 elsewhere, and 405 to other methods', async () => {
    expect((await ask('/constructor')).status).toBe(404);
    expect((await ask('/metrics/x')).status).toBe(404);
    const posted = await ask('/metrics', 'POST');
    expect(posted.status).toBe(405);
    expect(posted.headers.get('allow')).toBe('GET, HEAD');
  });

  it('serves a page for people and what it needs, and lets it load nothing from elsewhere', async () => {
    const page = await ask('/');
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(await page.text()).toContain('<title>status</title>');
    expect((await ask('/status.css')).headers.get('content-type')).toBe('text/css; charset=utf-8');
    expect((await ask('/status.js')).headers.get('content-type')).toBe('text/javascript; charset=utf-8');
  });

  it('tells whether the server lists the proxy', async () => {
    expect(await (await ask('/listing')).text()).toBe('[+] listing: example.org lists proxy.example.org\n');
  });

  it('takes a target that names the server, as a client writes it that takes it for a forward proxy [RFC 9112 §3.2.2]', async () => {
    const { port } = endpoint.address;
    const asked = async (path: string) => {
      const request = get({ host: '127.0.0.1', port, path });
      const [response] = (await once(request, 'response')) as [IncomingMessage];
      response.resume();
      return response.statusCode;
    };
    expect(await asked('http://proxy.example.org:9565/healthz?x=1')).toBe(200);
    expect(await asked('HTTP://proxy.example.org')).toBe(200); // the page
    expect(await asked('http://proxy.example.org/nothing')).toBe(404);
  });

  it('answers HEAD without a body', async () => {
    const response = await ask('/metrics?x=1', 'HEAD');
    expect(response.status).toBe(200);
    expect(response.headers.get('content-length')).toBe('16');
    expect(await response.text()).toBe('');
  });

  it('closes once, with whoever is still connected, however often it is asked', async () => {
    const socket = connect(endpoint.address.port, '127.0.0.1');
    await new Promise((resolve) => socket.once('connect', resolve));
    socket.write('GET /metrics HTTP/1.1\r\n'); // and never the rest
    await ask('/healthz');
    const gone = new Promise((resolve) => socket.once('close', resolve));
    socket.on('error', () => {});
    await Promise.all([endpoint.close(), endpoint.close(), gone]);
    await expect(ask('/healthz')).rejects.toThrow();
  });

  it('rejects with the error of the system when the port is in use', async () => {
    const listing = async () => ({ listed: undefined, detail: '' });
    const parts = {
      ...endpoint.address,
      metrics: { expose },
      readiness,
      status: { page: () => '' },
      listing,
    };
    await expect(HttpEndpoint.open(parts)).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });
});

describe('readiness', () => {
  it('is there when all listeners are open and the server is joined', async () => {
    listenAndJoin();
    const response = await ask('/readyz');
    expect(response.status).toBe(200);
    expect(await response.text()).toBe('ok\n');
  });

  it('is not there before, and says what is missing', async () => {
    readiness.observe({ kind: 'listening', host: '::', port: 1 });
    const response = await ask('/readyz');
    expect(response.status).toBe(503);
    expect(await response.text()).toBe(
      'listening: 1 of 2 listeners open\nxmpp: has not joined the XMPP server yet\n',
    );
  });

  it('goes with the link to the server and comes back with it', async () => {
    listenAndJoin();
    readiness.observe({ kind: 'xmpp-offline', reason: 'the server closed the stream' });
    const lost = await ask('/readyz');
    expect(lost.status).toBe(503);
    expect(await lost.text()).toBe('xmpp: not joined to the XMPP server: the server closed the stream\n');
    readiness.observe({ kind: 'xmpp-online', domain: 'd', service: 's', reconnect: true });
    expect((await ask('/readyz')).status).toBe(200);
  });

  it('ends when the proxy is about to stop [S5B-P-88]', async () => {
    listenAndJoin();
    readiness.observe({ kind: 'draining', streams: 1, waiting: 0, graceMs: 1000 });
    const response = await ask('/readyz?verbose');
    expect(response.status).toBe(503);
    expect(await response.text()).toBe(
      '[+] listening: 2 of 2 listeners open\n' +
        '[+] xmpp: joined xmpp://h:1 as proxy.example.org\n' +
        '[-] running: stopping, takes nobody new\n',
    );
  });

  it('is not lost for what the self-check finds, which stands in the verbose answer', async () => {
    listenAndJoin();
    const findings = ['Clients are told 10.0.0.1:7777, a private address.'];
    readiness.observe({ kind: 'self-check', result: 'private', findings, changed: true });
    const response = await ask('/readyz?verbose');
    expect(response.status).toBe(200);
    expect(await response.text()).toContain(`[!] self-check: ${findings[0]}\n`);
    expect(await (await ask('/readyz')).text()).toBe('ok\n');
    readiness.observe({ kind: 'self-check', result: 'ok', findings: [], changed: true });
    expect(await (await ask('/readyz?verbose')).text()).toContain('[+] self-check: clients reach');
  });

  it('wants as many listeners as the last reload', async () => {
    listenAndJoin();
    readiness.observe({
      kind: 'reloaded',
      changed: ['listen'],
      needRestart: [],
      listeners: 1,
      selfCheck: true,
    });
    readiness.observe({ kind: 'stopped-listening', host: '::', port: 1 });
    expect(await (await ask('/readyz?verbose')).text()).toContain('[+] listening: 1 of 1 listeners open');
    readiness.observe({ kind: 'stopped-listening', host: '::', port: 2 });
    expect((await ask('/readyz')).status).toBe(503);
  });
});
