// Builds what runs into dist/, with esbuild: a file for each entry point, and files for what they share. The declarations
// beside them come from tsc.
//
// Compiled file by file, `serve` is 430 modules, and Node.js takes up to a millisecond to find and load each
// (docs/adr/0012-joined-build.md). So ours are joined, with those packages that only we see the values of. What others hand
// us or load themselves (@xmpp, pino, prom-client) and what is native or optional stays outside, where npm looks after it.

import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Metafile } from 'esbuild';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const DIST = join(ROOT, 'dist');

/**
 * File in dist/ → module. The threads lie beside the shared files, because the module that starts one looks for it in its
 * own folder, in the sources as in the build.
 */
const entryPoints = {
  'cli/main': 'src/cli/main.ts',
  index: 'src/index.ts',
  'client/index': 'src/client/index.ts',
  worker: 'src/relay/splice/worker.ts',
  thread: 'src/store/thread.ts',
};

/** Packages that become a part of the build, each with its licence in dist/LICENSES.txt. */
const joined = ['commander', 'ipaddr.js', 'saxes', 'xmlchars', 'yaml', 'zod'];

/** CommonJS packages ask for Node.js's own modules; an ES module has nothing to ask with. */
const banner =
  "import { createRequire as __createRequire } from 'node:module';\nconst require = __createRequire(import.meta.url);";

const { dependencies, optionalDependencies } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'));
const packages = Object.keys({ ...dependencies, ...optionalDependencies });
const { metafile } = await build({
  entryPoints,
  absWorkingDir: ROOT,
  outdir: DIST,
  bundle: true,
  splitting: true,
  external: packages.filter((name) => !joined.includes(name)),
  platform: 'node',
  format: 'esm',
  target: 'node20.19',
  chunkNames: 'shared-[hash]',
  banner: { js: banner },
  metafile: true,
  logLevel: 'warning',
});
await removeOthers(Object.keys(metafile.outputs));
await writeFile(join(DIST, 'LICENSES.txt'), await licences(metafile));

/** What an earlier build has left. */
async function removeOthers(outputs: readonly string[]): Promise<void> {
  const written = new Set(outputs.map((file) => join(ROOT, file)));
  for (const file of await readdir(DIST, { recursive: true })) {
    const path = join(DIST, file);
    if (path.endsWith('.js') && !written.has(path)) await rm(path);
  }
}

/** The licences of all packages that are in the build. @throws Error when there is one that is not to be */
async function licences({ inputs }: Metafile): Promise<string> {
  const names = Object.keys(inputs).map((file) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1]);
  const found = [...new Set(names.filter((name) => name !== undefined))].sort();
  const unexpected = found.filter((name) => !joined.includes(name));
  if (unexpected.length > 0) throw new Error(`not to be in the build: ${unexpected.join(', ')}`);
  const texts = found.map(async (name) => {
    const folder = join(ROOT, 'node_modules', name);
    const file = (await readdir(folder)).find((each) => /^licen[cs]e/i.test(each));
    const { version, license } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
    const text = file === undefined ? license : await readFile(join(folder, file), 'utf8');
    return `${name} ${version} (${license})\n\n${text.trim()}\n`;
  });
  return (await Promise.all(texts)).join(`\n${'-'.repeat(80)}\n\n`);
}
