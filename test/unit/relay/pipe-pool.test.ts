// The pipes of a relay worker, on the real kernel.

import { expect, it, onTestFinished } from 'vitest';
import { type Libc, loadLibc } from '../../../src/relay/splice/libc.ts';
import { Fcntl } from '../../../src/relay/splice/linux.ts';
import {
  createPipeRegister,
  MAX_PIPES,
  type Pipe,
  PipePool,
  registeredPipes,
} from '../../../src/relay/splice/pipe-pool.ts';
import { describeWith } from '../../support/requirements.ts';

describeWith(['splice'], 'the pipe pool of a relay worker', () => {
  it('lends the pipe that was used last, and makes one only when none is free', () => {
    const { pool } = open(2);
    const pipe = take(pool);
    pool.give(pipe);
    expect(take(pool)).toBe(pipe);
    expect(take(pool)).not.toBe(pipe);
    expect(pool.made).toBe(2);
  });

  it('makes the first ones large, keeps to small ones after them, and prefers the large ones', () => {
    const { pool, size } = open(1);
    const large = take(pool);
    const small = take(pool);
    expect(size(large)).toBeGreaterThan(size(small));
    pool.give(large);
    pool.give(small);
    expect(take(pool)).toBe(large);
  });

  it('takes pipes as they are when the kernel refuses larger ones', () => {
    const { pool, size } = open(1, (libc) => ({
      ...libc,
      fcntl: (fd, command, argument) =>
        command === Fcntl.SETPIPE_SZ ? -1 : libc.fcntl(fd, command, argument),
    }));
    const usual = size(take(pool));
    expect(usual).toBe(size(take(pool)));
  });

  it('says so when there is none to be had, and writes every descriptor down for its heir', () => {
    const { pool, register } = open(1);
    const taken = Array.from({ length: MAX_PIPES }, () => take(pool));
    expect(pool.take()).toBeUndefined();
    expect(registeredPipes(register)).toEqual(taken.flatMap(({ read, write }) => [read, write]));
  });

  it('says so when the system gives no descriptors', () => {
    const { pool } = open(1, (libc) => ({ ...libc, pipe2: () => -1 }));
    expect(pool.take()).toBeUndefined();
    expect(pool.made).toBe(0);
  });
});

/** @param change another C library for the pool */
function open(maxLarge: number, change: (libc: Libc) => Libc = (libc) => libc) {
  const libc = loadLibc();
  const register = createPipeRegister();
  onTestFinished(() => {
    for (const fd of registeredPipes(register)) libc.close(fd);
  });
  const size = (pipe: Pipe) => libc.fcntl(pipe.write, Fcntl.GETPIPE_SZ, 0);
  return { pool: new PipePool(change(libc), register, maxLarge), register, size };
}

function take(pool: PipePool): Pipe {
  const pipe = pool.take();
  if (pipe === undefined) throw new Error('there is no pipe');
  return pipe;
}
