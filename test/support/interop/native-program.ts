// Actors in C and C++, compiled against the machine's own libraries: once in a run, into a temporary folder.

import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const COMPILE_MS = 120_000;

const sources = {
  gloox: { compiler: ['g++', '-std=c++17'], source: 'gloox-actor.cpp', packages: ['gloox', 'json-glib-1.0'] },
  libpurple: {
    compiler: ['gcc', '-std=gnu17'],
    source: 'libpurple-actor.c',
    packages: ['purple', 'json-glib-1.0'],
  },
  qxmpp: {
    compiler: ['g++', '-std=c++17', '-fPIC'],
    source: 'qxmpp-actor.cpp',
    packages: ['qxmpp', 'Qt5Core', 'Qt5Network', 'Qt5Xml'],
  },
} as const;

export type NativeKind = keyof typeof sources;

export function isNative(kind: string): kind is NativeKind {
  return kind in sources;
}

const folder = mkdtempSync(join(tmpdir(), 'streamhost-actors-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

const compiled = new Map<NativeKind, Promise<string>>();

/** Where the program is, compiled on the first call. @throws Error with what the compiler says */
export function nativeProgram(kind: NativeKind): Promise<string> {
  const program = compiled.get(kind) ?? compile(kind);
  compiled.set(kind, program);
  return program;
}

async function compile(kind: NativeKind): Promise<string> {
  const { compiler, source, packages } = sources[kind];
  const [command, ...dialect] = compiler;
  const { stdout } = await run('pkg-config', ['--cflags', '--libs', ...packages]);
  const path = fileURLToPath(new URL(`../clients/${source}`, import.meta.url));
  const program = join(folder, kind);
  const options = ['-O1', path, '-o', program, ...stdout.trim().split(/\s+/)];
  await run(command, [...dialect, ...options], { timeout: COMPILE_MS });
  return program;
}
