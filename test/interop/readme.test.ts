// The README's commands without Docker, run as they stand in a clean copy of the checkout.

import { execFile, execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readBlocks } from '../containers/guide.ts';
import { Child } from '../support/interop/child.ts';
import { inOwnNetwork } from '../support/interop/own-network.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const MINUTES_5 = 5 * 60_000;
const LINE_MS = 60_000;
const STOP_MS = 20_000;

describe('the README without Docker', () => {
  let folder: string;
  let copy: string;
  let env: NodeJS.ProcessEnv;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'streamhost-readme-'));
    copy = join(folder, 'streamhost');
    execFileSync('git', ['clone', '--quiet', ROOT, copy]);
    const prefix = join(folder, 'global');
    // As root would without: but not into this machine.
    env = { ...process.env, npm_config_prefix: prefix, PATH: `${join(prefix, 'bin')}:${process.env.PATH}` };
  });

  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  /** The block that has this line, and what it prints. */
  async function commandsWith(line: string): Promise<string[]> {
    const blocks = await readBlocks('README.md');
    const block = blocks.find(({ text }) => text.includes(line));
    if (block === undefined) throw new Error(`no block of the README has ${line}`);
    return block.text.trim().split('\n');
  }

  async function sh(command: string): Promise<string> {
    const options = { cwd: copy, env, timeout: MINUTES_5, maxBuffer: 64 * 1024 * 1024 };
    const { stdout } = await promisify(execFile)('bash', ['-c', command], options);
    return stdout;
  }

  it('shows a file crossing the proxy with one command', async () => {
    const [demo = ''] = await commandsWith('npm run demo');
    expect(await sh(demo)).toContain('OK: Both sums are equal.');
  });

  it('installs the command, explains its example of a configuration, and serves with it', async () => {
    const yaml = await commandsWith('domain: proxy.example.org');
    await writeFile(join(copy, 'streamhost.yaml'), `${yaml.join('\n')}\n`, { mode: 0o600 });
    const [install = '', check = '', serve = ''] = await commandsWith('npm install --global .');
    await sh(install);
    expect(await sh(check)).toContain('The configuration is valid.');
    const [command, ...args] = inOwnNetwork(`exec ${serve}`); // the README's ports may be taken here
    const daemon = new Child({ title: 'streamhost', command, args, cwd: copy, env: stringsOf(env) });
    await daemon.line(/accepting SOCKS5 connections/, LINE_MS);
    expect(await daemon.stop('SIGTERM', STOP_MS)).toBe(0);
  });
});

function stringsOf(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
