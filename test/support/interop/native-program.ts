// Actors in C and C++, compiled against the machine's own libraries: once in a test file, into a temporary folder.

import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
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

let folder: Promise<string> | undefined;
const compiled = new Map<NativeKind, Promise<string>>();

/** Where the program is, compiled on the first call. @throws Error with what the compiler says */
export function nativeProgram(kind: NativeKind): Promise<string> {
  const program = compiled.get(kind) ?? compile(kind);
  compiled.set(kind, program);
  return program;
}

/** Removes what was compiled, and what the actors wrote beside it. */
export async function removeNativePrograms(): Promise<void> {
  if (folder !== undefined) await rm(await folder, { recursive: true, force: true });
  folder = undefined;
  compiled.clear();
}

async function compile(kind: NativeKind): Promise<string> {
  const { compiler, source, packages } = sources[kind];
  const [command, ...dialect] = compiler;
  const { stdout } = await run('pkg-config', ['--cflags', '--libs', ...packages]);
  const path = fileURLToPath(new URL(`../clients/${source}`, import.meta.url));
  folder ??= mkdtemp(join(tmpdir(), 'streamhost-actors-'));
  const program = join(await folder, kind);
  const options = ['-O1', path, '-o', program, ...stdout.trim().split(/\s+/)];
  await run(command, [...dialect, ...options], { timeout: COMPILE_MS });
  return program;
}
