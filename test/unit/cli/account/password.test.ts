// Passwords: from a file, from the environment, never from argv.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { expect, it, onTestFinished } from 'vitest';
import { findPassword, type PasswordSources } from '../../../../src/cli/account/password.ts';

const streams = {
  input: Object.assign(Object.create(process.stdin), { isTTY: false }),
  output: process.stderr,
};

async function fileWith(content: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'streamhost-password-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, 'password');
  await writeFile(file, content);
  return file;
}

it.each([
  ['pass word\n', 'pass word'],
  ['crlf\r\n', 'crlf'],
  ['none', 'none'],
])('the file %j has the password %j, whatever the environment says', async (content, password) => {
  const file = await fileWith(content);
  expect(await findPassword('a@b', { file, variable: 'other', ...streams })).toEqual({ ok: true, password });
});

it('the environment has it when no file is named', async () => {
  const found = await findPassword('a@b', { file: undefined, variable: 'from here', ...streams });
  expect(found).toEqual({ ok: true, password: 'from here' });
});

it('a terminal is told to show nothing before the question, and again something after the answer', async () => {
  const heard: string[] = [];
  const input = Object.assign(new PassThrough(), {
    isTTY: true,
    setRawMode: (isRaw: boolean) => void heard.push(isRaw ? 'hide' : 'show'),
  });
  const output = Object.assign(new PassThrough(), { isTTY: true });
  output.on('data', (text: Buffer) => {
    heard.push(String(text).trim());
    if (String(text).includes('Password')) setImmediate(() => input.write('s3cret\r'));
  });
  const terminal = { input, output } as unknown as Pick<PasswordSources, 'input' | 'output'>;
  const found = await findPassword('a@b', { file: undefined, variable: undefined, ...terminal });
  expect(found).toEqual({ ok: true, password: 's3cret' });
  expect(heard).toEqual(['hide', 'Password of a@b:', 'show', '']);
});

it('an empty file, a file that is not there, and nobody to ask are told', async () => {
  const empty = await findPassword('a@b', { file: await fileWith('\n'), variable: undefined, ...streams });
  expect(empty).toMatchObject({ ok: false, reason: expect.stringContaining('is empty') });
  const missing = await findPassword('a@b', { file: '/nowhere/at/all', variable: 'x', ...streams });
  expect(missing).toMatchObject({ ok: false, reason: expect.stringContaining('/nowhere/at/all') });
  const nobody = await findPassword('a@b', { file: undefined, variable: '', ...streams });
  expect(nobody).toMatchObject({ ok: false, reason: expect.stringContaining('STREAMHOST_PASSWORD') });
});
