// Files, bytes and streams as sources of a transfer.

import { createHash } from 'node:crypto';
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import { InterruptedError } from '../../../../src/client/errors.ts';
import { fileSource } from '../../../../src/client/files/file-source.ts';
import { bufferSource, streamSource } from '../../../../src/client/files/memory-source.ts';
import { openDescriptors } from '../../../support/descriptors.ts';

const bytes = Buffer.from(Array.from({ length: 1_500_000 }, (_, index) => index % 251));
const md5 = createHash('md5').update(bytes).digest('hex');

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'streamhost-sources-'));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}

async function file(name = 'a.bin'): Promise<string> {
  const path = join(await folder(), name);
  await writeFile(path, bytes);
  return path;
}

describe.each([
  ['a file', async () => fileSource(await file())],
  ['a buffer', async () => bufferSource(bytes, 'a.bin')],
])('%s', (_, make) => {
  it('has name, size and MD5, and can be read from anywhere, again and again [SI-I-07] [SI-I-08]', async () => {
    const source = await make();
    expect(source).toMatchObject({ name: 'a.bin', size: bytes.length, isSeekable: true });
    expect(await source.md5()).toBe(md5);
    expect((await buffer(source.open(0, bytes.length))).equals(bytes)).toBe(true);
    expect((await buffer(source.open(1000, 600_000))).equals(bytes.subarray(1000, 601_000))).toBe(true);
    expect(await buffer(source.open(bytes.length, 0))).toEqual(Buffer.alloc(0));
  });

  it('can be called off while its MD5 is made', async () => {
    const source = await make();
    await expect(source.md5(AbortSignal.abort())).rejects.toMatchObject({ code: 'cancelled' });
  });
});

describe('a file', () => {
  it('tells when it was changed, and goes by another name if one is given', async () => {
    const source = await fileSource(await file(), 'other.bin');
    expect(source.name).toBe('other.bin');
    expect(source.date).toBeInstanceOf(Date);
  });

  it('uses two buffers over and over for a reader who keeps nothing', async () => {
    const large = Buffer.concat([bytes, bytes]);
    const path = await file();
    await writeFile(path, large);
    const source = await fileSource(path);
    const memory = new Set<ArrayBufferLike>();
    let at = 0;
    for await (const chunk of source.open(0, large.length, true)) {
      expect(chunk.equals(large.subarray(at, at + chunk.length))).toBe(true);
      memory.add(chunk.buffer);
      at += chunk.length;
    }
    expect([at, memory.size]).toEqual([large.length, 2]);
  });

  it('lets go of the file when its reader stops', async () => {
    const source = await fileSource(await file());
    for await (const chunk of source.open(0, source.size, true)) {
      expect(chunk.length).toBeGreaterThan(0);
      break;
    }
    expect(openDescriptors().filter((what) => what.includes('streamhost-sources-'))).toEqual([]);
  });

  it('that has shrunk gives fewer bytes [SI-I-21]', async () => {
    const path = await file();
    const source = await fileSource(path);
    await truncate(path, 1000);
    expect((await buffer(source.open(0, source.size))).length).toBe(1000);
  });

  it('that is gone meanwhile cannot be read', async () => {
    const path = await file();
    const source = await fileSource(path);
    await rm(path);
    await expect(buffer(source.open(0, source.size))).rejects.toMatchObject({ code: 'storage' });
  });

  it('that is not there, or is no file, cannot be sent', async () => {
    const path = await folder();
    await expect(fileSource(join(path, 'none'))).rejects.toThrow('there is no such file');
    await expect(fileSource(path)).rejects.toThrow('expected a regular file');
  });
});

describe('a stream', () => {
  it('is read once, from its beginning', async () => {
    const source = streamSource(Readable.from([bytes]), 's', bytes.length);
    expect(source).toMatchObject({ name: 's', size: bytes.length, isSeekable: false });
    expect((await buffer(source.open(0, bytes.length))).equals(bytes)).toBe(true);
    await expect(buffer(source.open(0, bytes.length))).rejects.toMatchObject({ code: 'storage' });
    await expect(source.md5()).rejects.toMatchObject({ code: 'storage' });
  });

  it('cannot begin in the middle', async () => {
    const source = streamSource(Readable.from([bytes]), 's', bytes.length);
    await expect(buffer(source.open(1, 1))).rejects.toMatchObject({ code: 'storage' });
  });

  it('with more bytes than it should have fails', async () => {
    const source = streamSource(Readable.from([bytes]), 's', 10);
    await expect(buffer(source.open(0, 10))).rejects.toMatchObject({ code: 'size-mismatch' });
  });

  it('that breaks fails with a code, and with what it was that broke', async () => {
    const broken = new Error('the pipe is gone');
    const source = streamSource(throwing(broken), 's', 10);
    await expect(buffer(source.open(0, 10))).rejects.toMatchObject({
      code: 'storage',
      message: 's cannot be read: the pipe is gone',
      cause: broken,
    });
  });

  it('that is the end of another transfer fails as that one did', async () => {
    const source = streamSource(throwing(new InterruptedError('the other end is gone')), 's', 10);
    await expect(buffer(source.open(0, 10))).rejects.toMatchObject({ code: 'interrupted' });
  });

  it('that gives text in place of bytes is told so', async () => {
    const source = streamSource(Readable.from(['text']), 's', 4);
    await expect(buffer(source.open(0, 4))).rejects.toThrow(
      new TypeError('s: expected a stream of bytes, got a chunk of type string'),
    );
  });
});

function throwing(error: Error): Readable {
  return new Readable({
    read: (): never => {
      throw error;
    },
  });
}
