// `streamhost send` and `streamhost receive` as people and programs run them.

import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { FileSource } from '../../../src/client/files/ports.ts';
import { receiveFiles } from '../../../src/client/receive-files.ts';
import { sendFile } from '../../../src/client/send-file.ts';
import { Cli, type Exit, runCli } from '../../support/cli.ts';
import { freezablePort } from '../../support/client/freezable-port.ts';
import { TwoUsers } from '../../support/client/two-users.ts';
import { until } from '../../support/until.ts';

const bytes = Buffer.from(Array.from({ length: 1_200_000 }, (_, index) => (index * 7) % 256));
const sha256 = createHash('sha256').update(bytes).digest('hex');
const ALICE = { STREAMHOST_PASSWORD: 'wonderland' };
const BOB = { STREAMHOST_PASSWORD: 'builder' };

interface Site {
  readonly users: TwoUsers;
  readonly folder: string;
  /** Holds `bytes`. */
  readonly file: string;
  /** Where `receive` puts files. */
  readonly inbox: string;
  /** `receive` as bob, once it is ready. */
  receive(...more: string[]): Promise<Cli>;
  /** The arguments of `send` as alice. */
  sending(...more: string[]): string[];
}

async function start(): Promise<Site> {
  const folder = await mkdtemp(join(tmpdir(), 'streamhost-cli-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const users = await TwoUsers.start();
  const service = `xmpp://127.0.0.1:${users.testbed.clientPort}`;
  const [file, inbox] = [join(folder, 'a b.bin'), join(folder, 'inbox')];
  await writeFile(file, bytes);
  return {
    ...{ users, folder, file, inbox },
    sending: (...more) => ['send', '--jid', 'alice@example.test', '--service', service, ...more],
    receive: async (...more) => {
      const cli = new Cli(
        ['receive', '--jid', 'bob@example.test/cli', '--service', service, '--dir', inbox, ...more],
        BOB,
      );
      await cli.says(/ready/);
      return cli;
    },
  };
}

async function sizesIn(folder: string): Promise<number[]> {
  return Promise.all((await readdir(folder)).map(async (name) => (await stat(join(folder, name))).size));
}

/** The objects that a command has printed, progress left out. */
function eventsOf({ stdout }: Exit): Record<string, unknown>[] {
  const events: Record<string, unknown>[] = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  return events.filter(({ event }) => event !== 'progress');
}

describe('a file', () => {
  it('goes through the proxy to a resource that is looked for, and both sides tell it in JSON', async () => {
    const { receive, sending, file, inbox, users } = await start();
    const receiver = await receive('--accept', 'alice@example.test', '--once', '--json');
    const to = ['--json', '--no-direct', file, 'bob@example.test'];
    const sent = await runCli(sending(...to), ALICE);
    const received = await receiver.exited;
    expect([sent.code, received.code, sent.stderr, received.stderr]).toEqual([0, 0, '', '']);
    const about = { peer: 'bob@example.test/cli', file: 'a b.bin', bytes: bytes.length };
    const how = { method: 's5b-proxy', host: '127.0.0.1', port: users.socksPort, sha256, offset: 0 };
    const seconds = expect.any(Number);
    expect(eventsOf(sent)).toEqual([
      { event: 'offer', ...about },
      { event: 'done', ...about, ...how, seconds },
    ]);
    expect(eventsOf(received)).toEqual([
      { event: 'ready', jid: about.peer, peer: about.peer },
      { event: 'offer', ...about, peer: expect.stringMatching(/^alice@example.test\/streamhost-/) },
      { event: 'done', ...about, ...how, seconds, peer: expect.any(String), path: join(inbox, 'a b.bin') },
    ]);
    expect((await readFile(join(inbox, 'a b.bin'))).equals(bytes)).toBe(true);
  });

  it('goes in-band when that is asked for, and both sides tell it in plain lines', async () => {
    const { receive, sending, file } = await start();
    const receiver = await receive('--accept', 'all', '--once');
    const sent = await runCli(sending('--method', 'ibb', file, 'bob@example.test/cli'), ALICE);
    const received = await receiver.exited;
    for (const { code, stdout } of [sent, received]) {
      expect(code).toBe(0);
      expect(stdout).toMatch(/^offer a b\.bin \(1\.1 MiB\)/m);
      expect(stdout).toMatch(/^progress a b\.bin 100 %$/m);
      expect(stdout).toMatch(new RegExp(`^done a b\\.bin .* by ibb in .* s, sha256 ${sha256}$`, 'm'));
    }
    expect(received.stdout).toMatch(/^ready bob@example\.test\/cli$/m);
  });

  it('that cannot be read does not stop the others, and the command has failed', async () => {
    const { receive, sending, file, inbox, folder } = await start();
    await receive('--accept', 'all');
    const files = [file, join(folder, 'none'), file, 'bob@example.test/cli'];
    const { code, stdout } = await runCli(sending(...files), ALICE);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^failed none .*there is no such file or folder.*\(storage\)$/m);
    expect((await readdir(inbox)).sort()).toEqual(['a b (1).bin', 'a b.bin']);
  });

  it('to somebody who takes none from us fails', async () => {
    const { receive, sending, file, inbox } = await start();
    const receiver = await receive('--accept', 'carol@example.test');
    const { code, stdout } = await runCli(sending(file, 'bob@example.test/cli'), ALICE);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^failed a b\.bin bob@example\.test\/cli:/m);
    receiver.kill('SIGINT');
    expect((await receiver.exited).code).toBe(0);
    expect(await readdir(inbox)).toEqual([]);
  });

  it('that was interrupted goes on where it ended', async () => {
    const { receive, users, inbox } = await start();
    const killed = await receive('--accept', 'all', '--json');
    const dead = killed.exited;
    const source: FileSource = {
      ...{ name: 'long.bin', size: bytes.length, date: new Date(0), isSeekable: true },
      async *open(offset, length) {
        const isFirst = length === bytes.length;
        yield bytes.subarray(offset, isFirst ? 800_000 : offset + length);
        if (isFirst) await dead;
      },
      md5: async () => createHash('md5').update(bytes).digest('hex'),
    };
    const to = 'bob@example.test/cli';
    const first = sendFile(users.alice, { to, source, direct: false }).catch((error: Error) => error);
    await until(async () => (await sizesIn(inbox)).some((size) => size > 0), true);
    killed.kill('SIGKILL');
    expect(await first).toBeInstanceOf(Error);
    expect(await readdir(inbox)).toEqual([expect.stringMatching(/^long\.bin\..*\.part$/)]);
    const again = await receive('--accept', 'all', '--json', '--once');
    await sendFile(users.alice, { to, source, direct: false });
    const done = eventsOf(await again.exited).at(-1);
    expect(done).toMatchObject({ event: 'done', sha256 });
    expect(Number(done?.offset)).toBeGreaterThan(0);
    expect(await readdir(inbox)).toEqual(['long.bin']);
  });
});

describe('Ctrl-C', () => {
  it('calls off what is being sent', async () => {
    const { sending, file, users } = await start();
    const offered = new Promise<void>((resolve) => {
      receiveFiles(users.bob, () => {
        resolve();
        return new Promise(() => {}); // somebody who never decides
      });
    });
    const sender = new Cli(sending('--json', file, 'bob@example.test/phone'), ALICE);
    await offered;
    sender.kill('SIGINT');
    const exit = await sender.exited;
    expect(exit.code).toBe(1);
    expect(eventsOf(exit).at(-1)).toMatchObject({ event: 'failed', code: 'cancelled' });
  });
});

describe('a server that goes dead', () => {
  async function receiving(...more: string[]) {
    const { users, folder } = await start();
    const way = await freezablePort(users.testbed.clientPort);
    const service = ['--service', `xmpp://127.0.0.1:${way.port}`];
    const args = ['--jid', 'bob@example.test/cli', ...service, '--accept', 'all', '--dir', folder];
    const receiver = new Cli(['receive', ...args, ...more], BOB);
    await receiver.says(/ready/);
    return { receiver, ...way };
  }

  it('does not keep a command that has nothing more to do', async () => {
    const { receiver, freeze } = await receiving();
    freeze();
    receiver.kill('SIGINT');
    expect((await receiver.exited).code).toBe(0);
  });

  it('ends a command that waits for one file, and its failure is told', async () => {
    const { receiver, cut } = await receiving('--once');
    cut();
    const { code, stderr } = await receiver.exited;
    expect([code, stderr]).toEqual([1, 'streamhost: the connection to the server was lost\n']);
  });
});

describe('a login', () => {
  it('that another one with the same resource takes the place of is not fought for', async () => {
    const { receive } = await start();
    const first = await receive('--accept', 'all');
    await receive('--accept', 'all');
    const { code, stderr } = await first.exited;
    expect(code).toBe(1);
    expect(stderr).toContain('streamhost: the server does not want us any more (conflict)\n');
  });

  it('with a wrong password fails and says so, without it', async () => {
    const { sending, file } = await start();
    const wrong = { STREAMHOST_PASSWORD: 'a wrong one' };
    const { code, stdout, stderr } = await runCli(sending(file, 'bob@example.test/x'), wrong);
    expect(code).toBe(1);
    expect(stderr).toBe(
      'streamhost: alice@example.test could not log in: the server refused the name or the password\n',
    );
    expect(stdout).toBe('');
  });

  it.each([
    ['no receiver', ['send', '--jid', 'a@b', 'file'], 'expected one file at least'],
    ['no JID of ours', ['send', 'file', 'c@d'], '--jid'],
    ['a JID that is none', ['send', '--jid', 'nobody', 'file', 'c@d'], '--jid nobody: expected USER@DOMAIN'],
    ['a receiver that is none', ['send', '--jid', 'a@b', 'file', 'c@d/'], 'expected the JID of the receiver'],
    [
      'a service that is none',
      ['send', '--jid', 'a@b', '--service', 'b:5222', 'file', 'c@d'],
      '--service b:5222: expected xmpp://',
    ],
    ['a method that is none', ['send', '--jid', 'a@b', '--method', 'ftp', 'file', 'c@d'], 'auto, s5b, ibb'],
    [
      'a proxy that is none',
      ['send', '--jid', 'a@b', '--proxy', '@', 'file', 'c@d'],
      '--proxy @: expected a JID',
    ],
    ['nobody to ask', ['receive', '--jid', 'a@b', '--dir', 'x'], 'expected --accept'],
    [
      'nobody to accept from',
      ['receive', '--jid', 'a@b', '--dir', 'x', '--accept', 'a@'],
      '--accept a@: expected',
    ],
    ['no folder', ['receive', '--jid', 'a@b', '--accept', 'all'], '--dir'],
    ['no password', ['send', '--jid', 'a@b', 'file', 'c@d'], 'no password: expected --password-file'],
  ])('with %s is wrong usage', async (_, args, message) => {
    const { code, stderr } = await runCli(
      args,
      args.includes('file') && message.startsWith('no password') ? {} : ALICE,
    );
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });
});
