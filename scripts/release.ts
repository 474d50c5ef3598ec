// `npm run release -- --out FOLDER`: the npm package, its bills of materials, the image, and a statement of where all
// that came from. Nothing is published and nothing signed.

import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { provenance, type Subject, subjectOf } from './release/provenance.ts';
import { exportTree, type SourceTree } from './release/source-tree.ts';

const { values: options } = parseArgs({
  options: {
    out: { type: 'string', default: 'release' },
    /** Take in changes that are not committed. */
    dirty: { type: 'boolean', default: false },
    'no-image': { type: 'boolean', default: false },
  },
});

const began = new Date();
const out = resolve(options.out);
mkdirSync(out, { recursive: true });
const tree = exportTree(options.dirty);
try {
  const { name, version } = JSON.parse(readFileSync(join(tree.folder, 'package.json'), 'utf8'));
  const tarball = makePackage();
  const materials = ['package-lock.json', 'docker/Dockerfile'].map((file) => ({
    ...subjectOf(join(tree.folder, file)),
    name: file,
  }));
  const image = options['no-image'] ? [] : [buildImage(tree, `${name}:${version}`, version)];
  const bills = writeBills(`${name}-${version}`);
  const statement = provenance({
    subjects: [...[tarball, ...bills].map(subjectOf), ...image],
    version,
    revision: tree.revision,
    dirty: tree.dirty,
    materials,
    tools: { node: process.version, npm: npm('--version') },
    began,
    ended: new Date(),
  });
  const path = join(out, `${name}-${version}.provenance.json`);
  writeFileSync(path, `${JSON.stringify(statement, null, 2)}\n`);
  for (const { name, digest } of statement.subject) console.log(`${name} ${Object.values(digest)[0]}`);
  console.log(path);
} finally {
  tree.remove();
}

/** Compiles what was checked out, so that no file of an older build gets in. */
function makePackage(): string {
  npm('ci', '--ignore-scripts', '--no-audit', '--no-fund');
  npm('run', 'build');
  return join(out, npm('pack', '--silent', '--ignore-scripts', '--pack-destination', out));
}

/**
 * What the package brings along on this platform, in both formats that tools read. Changes the tree: npm's `--omit=dev`
 * leaves out what is needed by both the program and its development, so the bills are of a tree without the latter.
 */
function writeBills(prefix: string): string[] {
  npm('prune', '--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund');
  npm('pkg', 'delete', 'devDependencies');
  rmSync(join(tree.folder, 'package-lock.json'));
  return ['cyclonedx', 'spdx'].map((format) => {
    const path = join(out, `${prefix}.${format}.json`);
    writeFileSync(path, `${npm('sbom', `--sbom-format=${format}`)}\n`);
    return path;
  });
}

function buildImage({ folder, revision, committed }: SourceTree, tag: string, version: string): Subject {
  const labels = { VERSION: version, REVISION: revision, CREATED: committed.toISOString() };
  const args = Object.entries(labels).flatMap(([key, value]) => ['--build-arg', `${key}=${value}`]);
  execFileSync('docker', ['build', '--file', 'docker/Dockerfile', '--tag', tag, ...args, '.'], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const id = execFileSync('docker', ['image', 'inspect', '--format', '{{.Id}}', tag], { encoding: 'utf8' });
  const [algorithm = 'sha256', digest = ''] = id.trim().split(':');
  return { name: tag, digest: { [algorithm]: digest } };
}

function npm(...args: readonly string[]): string {
  return execFileSync('npm', args, {
    cwd: tree.folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  }).trim();
}
