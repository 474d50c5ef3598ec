// The connection to a user's server: TLS where there has to be, and no password without it.

import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import { createServer as createTlsServer, TLSSocket } from 'node:tls';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type ServerOptions, ServerSocket } from '../../../../src/cli/account/server-socket.ts';

const read = (name: string) => readFileSync(new URL(`../../../support/tls/${name}.pem`, import.meta.url));
const tls = { key: read('key'), cert: read('certificate') };
const header =
  "<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>";
const features = (content = '') => `${header}<stream:features>${content}</stream:features>`;
const STARTTLS = "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>";
const outside = Object.values(networkInterfaces())
  .flat()
  .find((info) => info?.family === 'IPv4' && !info.internal)?.address;

/** A server that greets every connection; what the client says first comes back when it is over plain TCP or TLS. */
async function listen(greet: (socket: Socket) => void, host = '127.0.0.1', direct = false): Promise<number> {
  const sockets = new Set<Socket>();
  const keep = (socket: Socket) => {
    sockets.add(socket.on('error', () => {}));
    greet(socket);
  };
  const server = direct ? createTlsServer(tls, keep) : createServer(keep);
  server.listen(0, host);
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** A server for one connection, which is told when `greet` says that it is far enough. */
async function listenOnce(act: (socket: Socket, greet: () => void) => void, direct = false) {
  let greet: (socket: Socket) => void = () => {};
  const greeted = new Promise<Socket>((resolve) => {
    greet = resolve;
  });
  const port = await listen((socket) => act(socket, () => greet(socket)), '127.0.0.1', direct);
  return { port, greeted };
}

function open(
  port: number,
  options: Partial<ServerOptions> & { host?: string; isDirectTls?: boolean } = {},
): ServerSocket {
  const { host = '127.0.0.1', isDirectTls = false, ...rest } = options;
  const endpoint = { host, port, isDirectTls };
  const socket = new ServerSocket({
    domain: 'example.test',
    endpoint,
    insecure: false,
    onConnect: () => {},
    ...rest,
  });
  socket.on('error', () => {}); // whoever waits for something is told
  socket.connect();
  onTestFinished(() => socket.end());
  return socket;
}

/** Once the client has asked for it, TLS; then says "secret" to whoever has it. */
function upgrade(socket: Socket): void {
  socket.once('data', () => {
    socket.write(features(STARTTLS));
    socket.once('data', () => {
      socket.write("<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>");
      new TLSSocket(socket, { ...tls, isServer: true }).on('error', () => {}).write('sécret');
    });
  });
}

describe('a server on this machine', () => {
  it('needs no TLS', async () => {
    let connections = 0;
    const port = await listen((socket) => {
      if (++connections === 1) socket.once('data', () => socket.write(features()));
      else socket.write('plain');
    });
    const [text] = await once(open(port), 'data');
    expect(text).toBe('plain');
  });

  it('gets what is written in one turn in one piece, and all of it before the end', async () => {
    const received: string[] = [];
    let over = () => {};
    const end = new Promise<void>((resolve) => {
      over = resolve;
    });
    let connections = 0;
    const port = await listen((socket) => {
      if (++connections === 1) socket.once('data', () => socket.write(features()));
      else socket.write('ready');
      if (connections > 1) socket.on('data', (data) => received.push(String(data))).on('end', over);
    });
    const socket = open(port);
    await once(socket, 'data');
    const written = (text: string) => new Promise((resolve) => socket.write(text, resolve));
    await Promise.all([written('<one/>'), written('<two/>')]);
    socket.write('<three/>');
    socket.end();
    await end;
    expect(received[0]).toMatch(/^<one\/><two\/>/);
    expect(received.join('')).toBe('<one/><two/><three/>');
  });

  it('with STARTTLS is spoken to in TLS, whatever its certificate', async () => {
    const [text] = await once(open(await listen(upgrade)), 'data');
    expect(text).toBe('sécret');
  });

  it('may have TLS from the first byte', async () => {
    const port = await listen((socket) => socket.write('direct'), '127.0.0.1', true);
    const [text] = await once(open(port, { isDirectTls: true }), 'data');
    expect(text).toBe('direct');
  });

  it('that says no when TLS is asked for is left', async () => {
    const port = await listen((socket) =>
      socket.once('data', () => {
        socket.write(features(STARTTLS));
        socket.once('data', () => socket.write("<failure xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"));
      }),
    );
    const [error] = await once(open(port), 'error', { signal: AbortSignal.timeout(10_000) }).catch(
      (caught) => [caught],
    );
    expect(error.message).toContain('refused it');
  });

  it.each([
    ['closes at once', (socket: Socket) => void socket.end()],
    ['speaks no XML', (socket: Socket) => void socket.write('HTTP/1.1 400\r\n\r\n<')],
  ])('that %s is an error', async (_, greet) => {
    const socket = open(await listen(greet));
    const closed = new Promise((resolve) => socket.once('close', resolve));
    await expect(once(socket, 'connect')).rejects.toBeInstanceOf(Error);
    await closed;
  });
});

describe('a connection that is not wanted any more', () => {
  it('is left while the server says nothing', async () => {
    const { port, greeted } = await listenOnce((server, greet) => void server.once('data', greet));
    const socket = open(port);
    const left = once(await greeted, 'close');
    socket.destroy();
    await left;
  });

  it('is left although the server does not close its side', async () => {
    const { port, greeted } = await listenOnce((server, greet) => {
      server.write('direct');
      greet();
    }, true);
    const socket = open(port, { isDirectTls: true });
    const left = once(await greeted, 'close');
    await once(socket, 'data');
    socket.end();
    socket.destroy();
    socket.destroy();
    await left;
  });
});

describe.skipIf(outside === undefined)('a server elsewhere', () => {
  it('without TLS is not logged in to', async () => {
    const port = await listen((socket) => socket.once('data', () => socket.write(features())), outside);
    await expect(once(open(port, { host: outside ?? '' }), 'connect')).rejects.toThrow('offers no TLS');
  });

  it('with a certificate that proves nothing is not logged in to, unless that is allowed', async () => {
    const port = await listen(upgrade, outside);
    await expect(once(open(port, { host: outside ?? '' }), 'connect')).rejects.toThrow(
      /certificate|self-signed/,
    );
    const [text] = await once(open(port, { host: outside ?? '', insecure: true }), 'data');
    expect(text).toBe('sécret');
  });
});
