// The daemon as a process: how it starts, what its signals do, and with which exit code it ends.

import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, openSync, writeSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type SessionKey, sessionKey } from '../../src/wire/session-key.ts';
import { clientGreeting, connectRequest } from '../../src/wire/socks5-client.ts';
import { Cli, runCli } from '../support/cli.ts';
import { configFile, temporaryFolder } from '../support/config-file.ts';
import { describeWith } from '../support/requirements.ts';
import { startScriptedServer } from '../support/scripted-server.ts';
import { dial, receive, receiveAll } from '../support/tcp.ts';

const ALICE = 'alice@example.org/home';
const BOB = 'bob@example.net/work';

/** A configuration with ports that are free, for a server that is not there unless a service is given. */
function localConfig(service = 'xmpp://127.0.0.1:1', engine = 'auto'): string {
  return configFile(
    `xmpp: { service: "${service}", domain: proxy.example.org, secret: hunter2 }\n` +
      `listen: [{ host: 127.0.0.1, port: 0 }]\nhttp: { port: 0 }\nrelay: { engine: ${engine} }\n`,
  );
}

/** The port on which the daemon says that it listens. */
async function portOf(cli: Cli): Promise<number> {
  const [, port] = await cli.says(/"event":"listening".*"port":(\d+)/);
  return Number(port);
}

/** A party that has gone through its handshake. */
async function connectParty(port: number, key: SessionKey): Promise<Socket> {
  const socket = await dial(port);
  socket.write(clientGreeting());
  await receive(socket, 2);
  socket.write(connectRequest(key));
  await receive(socket, 47);
  return socket;
}

/** A daemon that has joined its server and relays one stream. */
async function startWithStream(engine?: string, environment: Readonly<Record<string, string>> = {}) {
  const server = await startScriptedServer();
  const cli = new Cli(['serve', '--config', localConfig(server.service, engine)], environment);
  const link = await server.join({ secret: 'hunter2' });
  const key = sessionKey('sid', ALICE, BOB);
  const port = await portOf(cli);
  const parties = [await connectParty(port, key), await connectParty(port, key)] as const;
  const reply = await link.ask(
    `<iq type='set' id='a1' from='${ALICE}' to='proxy.example.org'>` +
      `<query xmlns='http://jabber.org/protocol/bytestreams' sid='sid'><activate>${BOB}</activate></query></iq>`,
  );
  expect(reply.attrs).toMatchObject({ type: 'result' });
  return { cli, link, parties };
}

/** A descriptor that takes no byte, and none ever: a pipe that is full, and that nobody reads. */
function openFullPipe(): number {
  const path = join(temporaryFolder(), 'pipe');
  execFileSync('mkfifo', [path]);
  const ours = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  const theirs = openSync(path, 'w');
  onTestFinished(() => [ours, theirs].forEach((fd) => void closeSync(fd)));
  expect(() => {
    for (;;) writeSync(ours, Buffer.alloc(4096));
  }).toThrow('EAGAIN');
  return theirs;
}

function eventsOf(stdout: string): unknown[] {
  return stdout
    .trimEnd()
    .split('\n')
    .map((line): unknown => JSON.parse(line).event);
}

describe('streamhost serve', () => {
  it('starts without its server, and ends with 0 on SIGINT, all its lines written [S5B-P-88]', async () => {
    const cli = new Cli(['serve', '--config', localConfig()]);
    await cli.says(/"event":"xmpp-offline"/);
    cli.kill('SIGINT');
    const { code, stdout, stderr } = await cli.exited;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const events = eventsOf(stdout).filter((event) => event !== 'xmpp-offline'); // it may try once more meanwhile
    expect(events.slice(-3)).toEqual(['draining', 'stopped-listening', 'stopped']);
    expect(stdout).not.toContain('hunter2');
  });

  it('lets a stream finish after SIGTERM, leaves the server properly and ends with 0 [S5B-P-88]', async () => {
    const { cli, link, parties } = await startWithStream();
    cli.kill('SIGTERM');
    await cli.says(/"event":"draining","streams":1/);
    const [alice, bob] = parties;
    alice.write('still delivered');
    expect((await receive(bob, 15)).toString()).toBe('still delivered');
    alice.end();
    bob.end();
    await link.untilFooter();
    link.send('</stream:stream>');
    const { code, stdout, stderr } = await cli.exited;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(eventsOf(stdout).slice(-5)).toEqual([
      'draining',
      'stopped-listening',
      'stream-closed',
      'xmpp-offline',
      'stopped',
    ]);
  });

  it.each(['auto', 'stream'])(
    'ends at once with 1 on a second signal, its lines written and its streams reset (relay.engine %s) [S5B-P-81]',
    async (engine) => {
      const { cli, parties } = await startWithStream(engine);
      const [alice, bob] = parties;
      alice.write('not all of it');
      await receive(bob, 13);
      const ends = Promise.all(parties.map(receiveAll));
      cli.kill('SIGTERM');
      await cli.says(/"event":"stopped-listening"/);
      cli.kill('SIGINT');
      const { code, stdout } = await cli.exited;
      expect(code).toBe(1);
      expect(eventsOf(stdout).at(-1)).toBe('stopped-listening');
      expect((await ends).map(({ end }) => end)).toEqual(['reset', 'reset']);
    },
  );

  it.skipIf(process.platform === 'win32').each([
    ['a full pipe', openFullPipe],
    ['a full disk', () => openSync('/dev/full', 'w')],
  ])('joins, answers and ends with 0 while %s is where its log goes [S5B-P-88]', async (_, open) => {
    const server = await startScriptedServer();
    const cli = new Cli(['serve', '--config', localConfig(server.service)], {}, open());
    const link = await server.join({ secret: 'hunter2' });
    const ping = `<iq type='get' id='p' from='${ALICE}' to='proxy.example.org'><ping xmlns='urn:xmpp:ping'/></iq>`;
    expect((await link.ask(ping)).attrs).toMatchObject({ type: 'result' });
    cli.kill('SIGTERM');
    await link.untilFooter();
    link.send('</stream:stream>');
    expect(await cli.exited).toMatchObject({ code: 0, stderr: '' });
  });

  it.skipIf(process.platform === 'win32')('ends while its audit cannot be written [S5B-P-88]', async () => {
    const { cli, link, parties } = await startWithStream('auto', { STREAMHOST_AUDIT_FILE: '/dev/full' });
    for (const party of parties) party.end();
    await cli.says(/"event":"audit-failed"/);
    cli.kill('SIGTERM');
    await link.untilFooter();
    link.send('</stream:stream>');
    expect(await cli.exited).toMatchObject({ code: 0, stderr: '' });
  });

  it('ends with 1 and one line when the server refuses its secret and xmpp.onRefusal is exit [COMP-10]', async () => {
    const server = await startScriptedServer();
    const environment = { STREAMHOST_XMPP_ON_REFUSAL: 'exit' };
    const cli = new Cli(['serve', '--config', localConfig(server.service)], environment);
    const connection = await server.accept();
    await connection.untilHeader();
    connection.sendHeader();
    await connection.next('handshake');
    connection.sendStreamError('not-authorized');
    const { code, stdout, stderr } = await cli.exited;
    expect(code).toBe(1);
    expect(stderr).toMatch(/^streamhost: [^\n]*secret[^\n]*\n$/);
    expect(stdout + stderr).not.toContain('hunter2');
  });

  it('ends with 1 and one line that names host, port and key when a port is in use', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    onTestFinished(() => void other.close());
    const address = other.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const environment = { STREAMHOST_LISTEN: `127.0.0.1:${port}` };
    const { code, stderr } = await runCli(['serve', '--config', localConfig()], environment);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      new RegExp(`^streamhost: cannot listen on 127.0.0.1:${port} \\(listen\\[0\\]\\): [^\\n]+\\n$`),
    );
  });

  it('writes lines to read when asked to', async () => {
    const cli = new Cli(['serve', '--config', localConfig(), '--log-format', 'pretty']);
    await cli.says(/INFO: accepting SOCKS5 connections \{"host":"127.0.0.1","port":\d+\}\n/);
    cli.kill('SIGTERM');
    expect((await cli.exited).code).toBe(0);
  });
});

describeWith(['splice'], 'streamhost serve that is killed', () => {
  it('leaves no stream that looks whole: both parties are reset [S5B-P-81]', async () => {
    const { cli, parties } = await startWithStream('splice');
    const [alice, bob] = parties;
    alice.write('not all of it');
    await receive(bob, 13);
    const ends = Promise.all(parties.map(receiveAll));
    cli.kill('SIGKILL');
    expect((await ends).map(({ end }) => end)).toEqual(['reset', 'reset']);
  });
});
