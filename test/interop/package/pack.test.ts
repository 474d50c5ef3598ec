// The npm package as a release makes it: what is in it, and that it works in an empty folder on every Node.js that is
// claimed, for both module systems.

import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWith } from '../../support/requirements.ts';
import { provenanceOf } from './release-files.ts';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const TSC = join(ROOT, 'node_modules/typescript/bin/tsc');
const NODES = ['20', '22', '24'] as const;
/** A clean installation, a compilation, and another installation. */
const MAKE_MS = 5 * 60_000;
const OUTPUT_BYTES = 16 * 1024 * 1024;

describeWith(['registry'], 'the npm package', () => {
  let folder: string;
  let tarball: string;
  let release: string;
  /** Where npm has installed it, with nothing else beside it. */
  let site: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'streamhost-package-'));
    release = join(folder, 'release');
    const args = ['tsx', 'scripts/release.ts', '--dirty', '--no-image', '--out', release];
    await run('npx', args, { cwd: ROOT, maxBuffer: OUTPUT_BYTES });
    const { name, version } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'));
    tarball = join(release, `${name}-${version}.tgz`);
    site = await mkdtemp(join(folder, 'site-'));
    await run('npm', ['install', '--no-audit', '--no-fund', tarball], { cwd: site });
  }, MAKE_MS);

  afterAll(async () => {
    if (folder) await rm(folder, { recursive: true });
  });

  it('holds the program, the files for operators and the documentation, and nothing else', async () => {
    const { stdout } = await run('tar', ['-tzf', tarball]);
    const files = stdout.trimEnd().split('\n');
    const expected = [
      /^package\/(package\.json|README\.md|LICENSE|CHANGELOG\.md|SECURITY\.md)$/,
      /^package\/dist\/(cli\/main|index|client\/index|worker|thread|shared-[A-Z0-9]{8})\.js$/,
      /^package\/dist\/([a-z0-9-]+\/)*[a-z0-9-]+\.d\.ts$/,
      /^package\/dist\/LICENSES\.txt$/,
      /^package\/config\/[a-z.-]+\.(yaml|yml|json|cfg\.lua)$/,
      /^package\/config\/(prometheus|grafana|systemd)\/[a-z.-]+$/,
      /^package\/docs\/([a-z]+\/)*[A-Za-z0-9-]+\.(md|svg|png)$/,
    ];
    expect(files.filter((file) => !expected.some((pattern) => pattern.test(file)))).toEqual([]);
    for (const needed of ['dist/cli/main.js', 'dist/index.d.ts', 'config/streamhost.yaml', 'LICENSE'])
      expect(files).toContain(`package/${needed}`);
  });

  it('has the declarations of each source file, and none that is left over', async () => {
    const { stdout: tracked } = await run('git', ['ls-files', '--', 'src'], { cwd: ROOT });
    const { stdout: packed } = await run('tar', ['-tzf', tarball]);
    const sources = tracked.split('\n').filter((file) => /(?<!\.d)\.ts$/.test(file));
    const declared = packed.split('\n').filter((file) => /^package\/dist\/.*\.d\.ts$/.test(file));
    expect(declared.sort()).toEqual(
      sources.map((file) => `package/${file.replace(/^src/, 'dist').replace(/ts$/, 'd.ts')}`).sort(),
    );
  });

  it('has the licence of each package that is a part of it', async () => {
    const licences = await readFile(join(site, 'node_modules/streamhost/dist/LICENSES.txt'), 'utf8');
    for (const name of ['commander', 'ipaddr.js', 'saxes', 'xmlchars', 'yaml', 'zod'])
      expect(licences).toMatch(new RegExp(`^${name} \\d+\\.\\d+\\.\\d+ \\((MIT|ISC)\\)$`, 'm'));
  });

  it('comes with bills of materials and a statement that name what they are about', async () => {
    const statement = await provenanceOf(release);
    const { stdout: revision } = await run('git', ['rev-parse', 'HEAD'], { cwd: ROOT });
    expect(statement.revision).toBe(revision.trim());
    expect(statement.wrong).toEqual([]);
    expect(statement.subjects).toContain('streamhost');
    const { dependencies } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'));
    expect(statement.components).toEqual(expect.arrayContaining(Object.keys(dependencies)));
    expect(statement.components).not.toContain('vitest');
  });

  it.each(NODES)('moves a file by `npx streamhost demo` on Node.js %s', async (version) => {
    const path = [dirname(await nodeBinary(version)), process.env.PATH].join(delimiter);
    const options = { cwd: site, env: { ...process.env, PATH: path }, maxBuffer: OUTPUT_BYTES };
    const { stdout: running } = await run('node', ['--version'], options);
    expect(running).toMatch(new RegExp(`^v${version}\\.`));
    const { stdout } = await run('npx', ['--no-install', 'streamhost', 'demo', '--size', '4MiB'], options);
    expect(stdout).toContain('OK: Both sums are equal.');
  });

  it.each(NODES)('can be imported and required on Node.js %s', async (version) => {
    const node = await nodeBinary(version);
    for (const [entry, name] of Object.entries({
      streamhost: 'startDaemon',
      'streamhost/client': 'sendFile',
    })) {
      const named = `if (typeof library.${name} !== 'function') throw new Error('no ${name}');`;
      const program = `import * as library from '${entry}'; ${named}`;
      await run(node, ['--input-type=module', '-e', program], { cwd: site });
      const older = `const library = require('${entry}'); ${named}`;
      await run(node, ['--input-type=commonjs', '-e', older], { cwd: site });
    }
  });

  it.each([
    ['mts', 'nodenext', 'nodenext'],
    ['cts', 'nodenext', 'nodenext'],
    ['mts', 'node16', 'node16'],
    ['mts', 'esnext', 'bundler'],
  ])('brings all types that a .%s file needs, with module %s', async (extension, module, resolution) => {
    const source = [
      "import { startDaemon, type ConfigInput } from 'streamhost';",
      "import { type ReceivedFile, receiveFiles, sendFile, type SentFile, Session, TransferError, type XmppEntity } from 'streamhost/client';",
      "const wanted: ConfigInput = { xmpp: { domain: 'proxy.example.org' } };",
      'export const name: string = startDaemon.name + wanted.xmpp.domain;',
      '// @ts-expect-error a version is a string',
      'export const wrong: Parameters<typeof startDaemon>[1] = { version: 1 };',
      'export async function transfer(xmpp: XmppEntity): Promise<[SentFile, TransferError | undefined]> {',
      '  const session = new Session(xmpp);',
      "  session.handle('get', 'urn:a', 'b', ({ payload }) => payload);",
      '  // @ts-expect-error an element is no number',
      "  session.handle('get', 'urn:a', 'c', ({ payload }) => payload + 1);",
      "  receiveFiles(session, async (offer): Promise<ReceivedFile> => offer.accept({ to: 'inbox' }));",
      "  const transfer = sendFile(session, { to: 'bob@example.org/phone', source: 'a.pdf' });",
      "  for await (const event of transfer) if (event.event === 'progress') event.bytes.toFixed();",
      '  return [await transfer, undefined];',
      '}',
    ];
    const file = join(site, `program-${module}.${extension}`);
    await writeFile(file, source.join('\n'));
    const how = ['--module', module, '--moduleResolution', resolution, '--target', 'es2022'];
    const args = [TSC, '--noEmit', '--strict', '--skipLibCheck', 'false', ...how, file];
    const { stdout } = await run(process.execPath, args, { cwd: site }).catch(
      (error: { stdout: string }) => error,
    );
    expect(stdout).toBe('');
  });
});

/** The program of a Node.js version, fetched by npm if it is not there yet. */
async function nodeBinary(version: string): Promise<string> {
  const print = 'process.stdout.write(process.execPath)';
  const { stdout } = await run('npx', ['--yes', '-p', `node@${version}`, 'node', '-e', print]);
  return stdout;
}
