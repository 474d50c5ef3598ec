// A file system of its own, in memory and small; for tests that fill it. They need `tmpfs`.

import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { temporaryFolder } from './config-file.ts';

export class SmallDisc {
  readonly folder: string;
  readonly #ballast: string;

  /** @param size as mount wants it, such as `300k` */
  constructor(size: string) {
    this.folder = join(temporaryFolder(), 'disc');
    this.#ballast = join(this.folder, 'ballast');
    mkdirSync(this.folder);
    mount('-t', 'tmpfs', '-o', `size=${size}`, 'none', this.folder);
    onTestFinished(() => void spawnSync('umount', ['-l', this.folder]));
  }

  /** Leaves no room at all. */
  fill(): void {
    try {
      for (;;) writeFileSync(this.#ballast, Buffer.alloc(4096), { flag: 'a' });
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
    }
  }

  /** Gives what `fill` took. */
  free(): void {
    rmSync(this.#ballast);
  }

  grow(size: string): void {
    mount('-o', `remount,size=${size}`, this.folder);
  }
}

function mount(...args: string[]): void {
  const { status, stderr } = spawnSync('mount', args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`mount ${args.join(' ')}: ${stderr}`);
}
