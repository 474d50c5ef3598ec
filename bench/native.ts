// The bench's own programs in C, compiled on the spot: once in a run, into a temporary folder.

import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const COMPILE_MS = 60_000;
const OPTIONS = ['-std=gnu11', '-O2', '-D_GNU_SOURCE', '-pthread'];

const names = ['load', 'set-ups', 'splice-loop'] as const;
export type NativeName = (typeof names)[number];
export type NativePrograms = Readonly<Record<NativeName, string>>;

/** Where each program is. @throws Error with what the compiler says */
export async function compileAll(): Promise<NativePrograms> {
  const folder = mkdtempSync(join(tmpdir(), 'streamhost-bench-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const compile = async (name: NativeName) => {
    const source = fileURLToPath(new URL(`native/${name}.c`, import.meta.url));
    const program = join(folder, name);
    await run('cc', [...OPTIONS, source, '-o', program], { timeout: COMPILE_MS });
    return [name, program] as const;
  };
  const compiled = new Map(await Promise.all(names.map(compile)));
  const path = (name: NativeName) => compiled.get(name) ?? '';
  return { load: path('load'), 'set-ups': path('set-ups'), 'splice-loop': path('splice-loop') };
}
