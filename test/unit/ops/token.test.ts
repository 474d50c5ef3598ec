// A token that is demanded for everything on the HTTP port.

import { afterEach, beforeEach, expect, it } from 'vitest';
import { HttpEndpoint } from '../../../src/ops/http.ts';
import { Readiness } from '../../../src/ops/readiness.ts';

const TOKEN = 'correct horse: battery';
let endpoint: HttpEndpoint;

beforeEach(async () => {
  endpoint = await HttpEndpoint.open({
    host: '127.0.0.1',
    port: 0,
    metrics: { expose: async () => ({ contentType: 'text/x-test', text: 'streamhost_up 1\n' }) },
    readiness: new Readiness(1),
    status: { page: () => 'the page' },
    listing: async () => ({ listed: undefined, detail: '' }),
    token: TOKEN,
  });
});

afterEach(() => endpoint.close());

function ask(path: string, authorization?: string): Promise<Response> {
  const headers: Record<string, string> = authorization === undefined ? {} : { authorization };
  return fetch(`http://127.0.0.1:${endpoint.address.port}${path}`, { headers });
}

const basic = (user: string, password: string) =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

it.each(['/', '/metrics', '/healthz', '/readyz', '/status.css', '/nothing'])(
  'without the token %s is answered with 401, a challenge, and nothing else',
  async (path) => {
    const response = await ask(path);
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toMatch(/^Basic /);
    expect(await response.text()).not.toContain('streamhost_up');
  },
);

it('without the token no method is answered otherwise', async () => {
  const url = `http://127.0.0.1:${endpoint.address.port}/metrics`;
  for (const method of ['HEAD', 'POST', 'OPTIONS']) expect((await fetch(url, { method })).status).toBe(401);
});

it.each([`Bearer ${TOKEN}`, `bearer ${TOKEN}`, basic('', TOKEN), basic('anyone', TOKEN)])(
  'with %s the port is open',
  async (authorization) => {
    // A bearer token has no spaces [RFC 6750 §2.1]: one that has is only good as a password.
    const opens = authorization.startsWith('Basic');
    expect((await ask('/metrics', authorization)).status).toBe(opens ? 200 : 401);
  },
);

it.each([
  'Bearer wrong',
  'Bearer',
  'Basic',
  'Basic !!!',
  basic(TOKEN, ''),
  basic('x', `${TOKEN} `),
  'Digest x',
])('with %s it stays shut', async (authorization) => {
  expect((await ask('/metrics', authorization)).status).toBe(401);
});
