// The examples of docs/CLIENT.md, run as they stand between two users on the embedded server.

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as streams from 'node:stream/promises';
import { client } from '@xmpp/client';
import { describe, expect, it, onTestFinished } from 'vitest';
import * as library from '../../../src/client/index.ts';
import { xml } from '../../../src/wire/xml.ts';
import { MemorySink } from '../../support/client/memory-sink.ts';
import { TwoUsers } from '../../support/client/two-users.ts';

const page = await readFile(new URL('../../../docs/CLIENT.md', import.meta.url), 'utf8');
const modules: Record<string, unknown> = {
  'streamhost/client': library,
  '@xmpp/client': { client },
  'node:stream/promises': streams,
};
const AsyncFunction = Object.getPrototypeOf(async () => {}).constructor;

/** The examples under a heading, in their order. */
function examples(heading: string): string[] {
  const [, section = ''] = page.split(new RegExp(`^#+ ${heading}$`, 'm'));
  const [own = ''] = section.split(/^#+ /m);
  return [...own.matchAll(/^```js\n([\s\S]*?)^```$/gm)].map(([, code = '']) => code);
}

/** Runs an example; the lines that it prints. */
async function run(code: string | undefined, session?: library.Session): Promise<string[]> {
  if (code === undefined) throw new Error('there is no such example');
  const lines: string[] = [];
  const body = code.replace(/^import (\{.*\}) from '(.*)';$/gm, "const $1 = modules['$2'];");
  const print = { log: (...words: unknown[]) => lines.push(words.join(' ')) };
  await new AsyncFunction('modules', 'session', 'console', body)(modules, session, print);
  return lines;
}

const start = () => TwoUsers.start({ domain: 'example.org' });

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'streamhost-examples-'));
  onTestFinished(() => rm(path, { recursive: true }));
  return path;
}

describe('the example of', () => {
  it('sending a file sends it', async () => {
    const users = await start();
    const path = join(await folder(), 'letter.pdf');
    await writeFile(path, 'hello');
    const sink = new MemorySink();
    library.receiveFiles(users.bob, (offer) => offer.accept({ to: sink }));
    const [code] = examples('Send a file');
    const here = code
      ?.replace('xmpp://example.org', `xmpp://127.0.0.1:${users.testbed.clientPort}`)
      .replace('letter.pdf', path);
    const lines = await run(here);
    expect(lines[0]).toBe('5 of 5');
    expect(lines.at(-1)).toMatch(/^sent by (s5b-direct|s5b-proxy|ibb) in .* SHA-256 2cf24dba5fb0a30e/);
    expect(sink.bytes.toString()).toBe('hello');
  });

  it('receiving files receives them from who is welcome', async () => {
    const users = await start();
    const downloads = await folder();
    const [code] = examples('Receive files');
    await run(code?.replace("'downloads'", JSON.stringify(downloads)), users.bob);
    await library.sendFile(users.alice, {
      to: users.bob.jid,
      source: Buffer.from('hello'),
      name: 'letter.pdf',
    });
    await expect.poll(() => readFile(join(downloads, 'letter.pdf'), 'utf8').catch(() => '')).toBe('hello');
  });

  it('a handler answers', async () => {
    const users = await start();
    await run(examples('Session')[0], users.bob);
    const ring = () => xml('ring', { xmlns: 'urn:example:bell' });
    await expect(users.alice.request(users.bob.jid, 'set', ring())).resolves.toBeDefined();
    await expect(users.bob.request(users.bob.jid, 'set', ring())).rejects.toMatchObject({
      condition: 'forbidden',
    });
  });

  it('discovery finds what is there', async () => {
    const users = await start();
    library.receiveFiles(users.bob, () => {});
    const [line] = await run(examples('Discovery and proxies')[0], users.alice);
    expect(line).toMatch(new RegExp(`^\\d+ proxy\\.example\\.org ${users.socksPort} \\d`));
  });

  it('SOCKS5 bytestreams carries bytes', async () => {
    const users = await start();
    const [target, requester] = examples('SOCKS5 bytestreams');
    const [received, method] = await Promise.all([run(target, users.bob), run(requester, users.alice)]);
    expect([received.join(''), method]).toEqual(['hello', ['s5b-proxy']]);
  });

  it('in-band bytestreams carries bytes', async () => {
    const users = await start();
    const [accepting, opening] = examples('In-band bytestreams');
    const [received] = await Promise.all([run(accepting, users.bob), run(opening, users.alice)]);
    expect(received.join('')).toBe('hello');
  });

  it('Stream Initiation offers and answers', async () => {
    const users = await start();
    const [offering, answering] = examples('Stream Initiation');
    await run(answering, users.bob);
    expect(await run(offering, users.alice)).toEqual(['http://jabber.org/protocol/ibb 120 5000']);
  });

  it('feature negotiation writes a form', async () => {
    const [line] = await run(examples('Feature negotiation')[0]);
    expect(line).toContain('<field var="stream-method" type="list-single"><option><value>');
  });
});

it('the page says that an MD5 finds accidents and proves no origin [SI-R-19]', () => {
  expect(page).toMatch(
    /MD5[^.]*compared at the end\. It finds accidents; it does not prove who sent the\s+file/,
  );
});

it('the page names every code of an error', async () => {
  const errors = await readFile(new URL('../../../src/client/errors.ts', import.meta.url), 'utf8');
  const codes = [...errors.matchAll(/readonly code = '([a-z-]+)'/g)].map(([, code]) => code);
  expect(codes.length).toBeGreaterThan(10);
  for (const code of codes) expect(page).toContain(`\`${code}\``);
});
