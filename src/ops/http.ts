// /metrics, /healthz and /readyz for whoever watches the proxy, and a page for people at /.

import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Exposition } from './metrics.ts';
import type { Check } from './readiness.ts';
import { assets, CONTENT_SECURITY_POLICY } from './status/assets.ts';
import { CHALLENGE, showsToken } from './token.ts';

export interface HttpParts {
  /** Where to listen; port 0 lets the system choose. */
  readonly host: string;
  readonly port: number;
  readonly metrics: { expose(): Promise<Exposition> };
  readonly readiness: { checks(): readonly Check[] };
  /** The page at /. */
  readonly status: { page(): string };
  /** Asks the XMPP server whether it lists the proxy. */
  readonly listing: () => Promise<{ readonly listed: boolean | undefined; readonly detail: string }>;
  /** What everyone has to show who wants anything; without it nobody has to. */
  readonly token?: string | undefined;
}

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Nobody who watches needs more; a connection that dawdles is ended. Milliseconds. */
const DEADLINES = {
  headersTimeout: 5000,
  requestTimeout: 10_000,
  keepAliveTimeout: 5000,
  connectionsCheckingInterval: 1000,
};
const IDLE_SOCKET_MS = 30_000;
const MAX_CONNECTIONS = 64;
const MAX_HEADER_BYTES = 8192;
/** What a target in absolute form has before its path. [RFC 9112 §3.2.2] */
const AUTHORITY = /^https?:\/\/[^/?]*/i;

export class HttpEndpoint {
  /** Where it listens; the port is the real one where 0 was asked for. */
  readonly address: { readonly host: string; readonly port: number };
  readonly #server: Server;
  #closed: Promise<void> | undefined;

  private constructor(server: Server, { host, port }: HttpParts) {
    this.#server = server;
    const bound = server.address();
    this.address = { host, port: bound !== null && typeof bound === 'object' ? bound.port : port };
    server.on('error', () => {}); // a connection that cannot be accepted: its client will ask again
  }

  /** Opens the port. @throws the system's error (EADDRINUSE, EADDRNOTAVAIL, EACCES, …) */
  static async open(parts: HttpParts): Promise<HttpEndpoint> {
    const server = createServer({ ...DEADLINES, maxHeaderSize: MAX_HEADER_BYTES }, (request, response) => {
      void serve(request, response, parts);
    });
    server.timeout = IDLE_SOCKET_MS;
    server.maxConnections = MAX_CONNECTIONS;
    server.listen({ host: parts.host, port: parts.port });
    await once(server, 'listening');
    return new HttpEndpoint(server, parts);
  }

  /** Ends every connection. Idempotent. */
  close(): Promise<void> {
    this.#closed ??= new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
    return this.#closed;
  }
}

async function serve(request: IncomingMessage, response: ServerResponse, parts: HttpParts): Promise<void> {
  const { status, body, contentType = 'text/plain; charset=utf-8', headers } = await answer(request, parts);
  response.writeHead(status, {
    'content-type': contentType,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'content-security-policy': CONTENT_SECURITY_POLICY,
    ...headers,
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}

async function answer({ method, url = '/', headers }: IncomingMessage, parts: HttpParts): Promise<Answer> {
  const [path, query = ''] = url.replace(AUTHORITY, '').split('?', 2);
  if (parts.token !== undefined && !showsToken(headers.authorization, parts.token)) {
    const body = 'This port wants its token, as a bearer token or as a password.\n';
    return { status: 401, body, headers: { 'www-authenticate': CHALLENGE } };
  }
  if (method !== 'GET' && method !== 'HEAD')
    return { status: 405, body: 'Only GET and HEAD are answered.\n', headers: { allow: 'GET, HEAD' } };
  switch (path) {
    case '/metrics':
      return answerMetrics(parts);
    case '/healthz':
      return { status: 200, body: 'ok\n' };
    case '/readyz':
      return answerReadiness(parts.readiness.checks(), new URLSearchParams(query).has('verbose'));
    case '/listing':
      return answerListing(parts);
    default:
      return answerPage(path || '/', parts);
  }
}

function answerPage(path: string, { status: page }: HttpParts): Answer {
  if (path === '/') return { status: 200, body: page.page(), contentType: 'text/html; charset=utf-8' };
  const asset = Object.hasOwn(assets, path) ? assets[path] : undefined;
  if (asset === undefined) return { status: 404, body: 'There is /, /metrics, /healthz and /readyz.\n' };
  return { status: 200, ...asset };
}

/** For the doctor: what the component alone can see. */
async function answerListing({ listing }: HttpParts): Promise<Answer> {
  const { listed, detail } = await listing();
  const mark = listed === undefined ? '?' : listed ? '+' : '-';
  return { status: 200, body: `[${mark}] listing: ${detail}\n` };
}

async function answerMetrics({ metrics }: HttpParts): Promise<Answer> {
  try {
    const { contentType, text } = await metrics.expose();
    return { status: 200, body: text, contentType };
  } catch (error) {
    return { status: 500, body: `The metrics could not be collected: ${error}\n` };
  }
}

/** `ok`, or what is missing; with `?verbose` every condition, a line each. */
function answerReadiness(checks: readonly Check[], verbose: boolean): Answer {
  const missing = checks.filter(({ ok, advisory }) => !ok && !advisory);
  const status = missing.length === 0 ? 200 : 503;
  if (verbose) {
    const lines = checks.map((check) => `[${markOf(check)}] ${check.name}: ${check.detail}\n`);
    return { status, body: lines.join('') };
  }
  if (missing.length === 0) return { status, body: 'ok\n' };
  return { status, body: missing.map(({ name, detail }) => `${name}: ${detail}\n`).join('') };
}

function markOf({ ok, advisory }: Check): string {
  if (ok) return '+';
  return advisory ? '!' : '-';
}
