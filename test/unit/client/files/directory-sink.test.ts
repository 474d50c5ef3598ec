// A folder that takes files: complete or not at all, over nothing, resumed where that is safe.

import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { directorySink } from '../../../../src/client/files/directory-sink.ts';
import { partialName } from '../../../../src/client/files/partial-file.ts';
import { describeWith } from '../../../support/requirements.ts';
import { SmallDisc } from '../../../support/small-disc.ts';

const FROM = 'alice@example.org/desk';
const bytes = Buffer.from('the quick brown fox');
const sum = (algorithm: string) => createHash(algorithm).update(bytes).digest('hex');
const file = { name: 'fox.txt', size: bytes.length, hasRanges: true, hash: sum('md5'), date: new Date(0) };

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'streamhost-sink-'));
  return () => rm(folder, { recursive: true, force: true });
});

async function receive(offered: Partial<typeof file> = {}, from = FROM) {
  const opened = await directorySink(folder).open({ ...file, ...offered }, from);
  onTestFinished(() => opened.abort());
  return opened;
}

/** A file of which the first five bytes have come. */
async function interrupted(offered: Partial<typeof file> = {}): Promise<void> {
  const opened = await receive(offered);
  await opened.write(bytes.subarray(0, 5));
  await opened.abort();
}

describe('a file', () => {
  it('gets its name when it is complete, and is a .part before [SI-R-18]', async () => {
    const opened = await receive();
    expect(opened.offset).toBe(0);
    await opened.write(bytes.subarray(0, 10));
    expect(await readdir(folder)).toEqual([partialName(file, FROM)]);
    await opened.write(bytes.subarray(10));
    const path = join(folder, 'fox.txt');
    expect(await opened.finish()).toEqual({ path, bytes: bytes.length, sha256: sum('sha256') });
    expect(await readdir(folder)).toEqual(['fox.txt']);
    expect(await readFile(path)).toEqual(bytes);
  });

  it('may be empty', async () => {
    const opened = await receive({ size: 0, hash: 'd41d8cd98f00b204e9800998ecf8427e' });
    expect(await opened.finish()).toMatchObject({ bytes: 0 });
  });

  it('may be larger than what waits to be written', async () => {
    const large = Buffer.alloc(1_000_000, 'x');
    const opened = await receive({ size: 20_000_000, hash: '' });
    await opened.abort();
    const { hash: _, ...unsummed } = file;
    const again = await directorySink(folder).open({ ...unsummed, size: 20_000_000 }, FROM);
    for (let count = 0; count < 20; count++) await again.write(large);
    const { path = '' } = await again.finish();
    expect((await readFile(path)).equals(Buffer.alloc(20_000_000, 'x'))).toBe(true);
  });

  it('never replaces another, nor a link that leads nowhere [SI-R-16]', async () => {
    await writeFile(join(folder, 'fox.txt'), 'mine');
    await symlink(join(folder, 'nowhere'), join(folder, 'fox (1).txt'));
    const opened = await receive();
    await opened.write(bytes);
    expect(await opened.finish()).toMatchObject({ path: join(folder, 'fox (2).txt') });
    expect(await readFile(join(folder, 'fox.txt'), 'utf8')).toBe('mine');
    expect(await readdir(folder)).not.toContain('nowhere');
  });

  it('stays in the folder, whatever its name [SI-R-16]', async () => {
    const opened = await receive({ name: '../../escape' });
    await opened.write(bytes);
    expect(await opened.finish()).toMatchObject({ path: join(folder, 'escape') });
  });

  it('is not written through a link that lies in its way [SI-R-16]', async () => {
    await symlink(join(folder, 'elsewhere'), join(folder, partialName(file, FROM)));
    await expect(receive()).rejects.toMatchObject({ code: 'storage' });
    expect(await readdir(folder)).not.toContain('elsewhere');
  });

  it('with another MD5 than was offered is thrown away [SI-R-15]', async () => {
    const opened = await receive();
    await opened.write(Buffer.from('the quick brown cat'));
    await expect(opened.finish()).rejects.toMatchObject({ code: 'hash-mismatch' });
    expect(await readdir(folder)).toEqual([]);
  });
});

describe('an interrupted file', () => {
  it('is kept, and goes on where it ended, its MD5 that of the whole [SI-R-14] [SI-R-15]', async () => {
    await interrupted();
    const opened = await receive();
    expect(opened.offset).toBe(5);
    await opened.write(bytes.subarray(5));
    expect(await opened.finish()).toMatchObject({ bytes: bytes.length, sha256: sum('sha256') });
    expect(await readdir(folder)).toEqual(['fox.txt']);
  });

  it('goes on from another resource of the sender', async () => {
    await interrupted();
    expect((await receive({}, 'Alice@example.org/phone')).offset).toBe(5);
  });

  it.each([
    ['another sender', {}, 'mallory@example.org/x'],
    ['another size', { size: bytes.length + 1 }, FROM],
    ['another MD5', { hash: '0'.repeat(32) }, FROM],
    ['another date', { date: new Date(1) }, FROM],
    ['no ranges', { hasRanges: false }, FROM],
  ])('does not go on with %s', async (_, offered, from) => {
    await interrupted();
    expect((await receive(offered, from)).offset).toBe(0);
  });

  it('is not kept when nothing but its name and size is known of it', async () => {
    const { hash: _, date: __, ...unknown } = file;
    const opened = await directorySink(folder).open(unknown, FROM);
    await opened.write(bytes.subarray(0, 5));
    await opened.abort();
    await opened.abort();
    expect(await readdir(folder)).toEqual([]);
  });

  it('that has all its bytes needs only its name', async () => {
    const opened = await receive();
    await opened.write(bytes);
    await opened.abort();
    const again = await receive();
    expect(again.offset).toBe(bytes.length);
    expect(await again.finish()).toMatchObject({ sha256: sum('sha256') });
  });
});

describe('a folder', () => {
  it('refuses what it has no room for, and what is over the limit [SI-R-17]', async () => {
    await expect(receive({ size: 2 ** 60 })).rejects.toThrow('no room');
    await expect(receive({ size: Number.POSITIVE_INFINITY })).rejects.toThrow('no room');
    const limited = directorySink(folder, { maxBytes: 18 });
    await expect(limited.open(file, FROM)).rejects.toThrow('larger than the limit of 18');
  });

  it('that is none refuses everything', async () => {
    const path = join(folder, 'f');
    await writeFile(path, '');
    await expect(directorySink(path).open(file, FROM)).rejects.toThrow('is no folder');
    await expect(directorySink(join(folder, 'none')).open(file, FROM)).rejects.toThrow('there is no such');
  });

  it('takes the same file while it comes already, from its beginning and beside it', async () => {
    const sink = directorySink(folder);
    const stuck = await sink.open(file, FROM);
    await stuck.write(bytes.subarray(0, 5));
    const again = await sink.open(file, FROM);
    expect(again.offset).toBe(0);
    await again.write(bytes);
    expect(await again.finish()).toMatchObject({ path: join(folder, 'fox.txt'), sha256: sum('sha256') });
    await (await sink.open(file, FROM)).abort();
    expect(await readdir(folder)).toEqual(['fox.txt', partialName(file, FROM)]);
    await stuck.write(bytes.subarray(5));
    expect(await stuck.finish()).toMatchObject({ path: join(folder, 'fox (1).txt'), sha256: sum('sha256') });
  });

  it('keeps nothing of a file that has arrived beside', async () => {
    const sink = directorySink(folder);
    const stuck = await sink.open(file, FROM);
    await stuck.write(bytes.subarray(0, 5));
    const again = await sink.open(file, FROM);
    await again.write(bytes);
    await again.finish();
    await stuck.abort();
    expect(await readdir(folder)).toEqual(['fox.txt']);
  });

  it('takes the same file so often at the same time, and no more', async () => {
    const sink = directorySink(folder);
    const all = await Promise.all(Array.from({ length: 9 }, () => sink.open(file, FROM)));
    await expect(sink.open(file, FROM)).rejects.toThrow('already');
    const other = await sink.open({ ...file, name: 'other.txt' }, FROM);
    for (const opened of [...all, other]) await opened.abort();
  });
});

describeWith(['tmpfs'], 'a disc that is full', () => {
  it('fails the transfer, and takes the file again when there is room', async () => {
    const disc = new SmallDisc('4m');
    const sink = directorySink(disc.folder, { spare: 0 });
    const large = { name: 'large.bin', size: 2_000_000, hasRanges: true, date: new Date(0) };
    const chunk = Buffer.alloc(1_000_000, 'x');
    const opened = await sink.open(large, FROM);
    disc.fill();
    await expect(opened.write(chunk)).rejects.toThrow('the disc is full');
    await expect(opened.write(chunk)).rejects.toThrow('the disc is full');
    await expect(opened.finish()).rejects.toMatchObject({
      code: 'storage',
      message: expect.stringContaining('the disc is full'),
    });
    disc.free();
    const again = await sink.open(large, FROM);
    await again.write(Buffer.alloc(large.size - again.offset, 'x'));
    expect(await again.finish()).toMatchObject({ path: join(disc.folder, 'large.bin'), bytes: large.size });
    expect(await readdir(disc.folder)).toEqual(['large.bin']);
  });

  it('needs room only for what is not there yet', async () => {
    const disc = new SmallDisc('4m');
    const sink = directorySink(disc.folder, { spare: 0 });
    const large = { name: 'large.bin', size: 3_000_000, hasRanges: true, date: new Date(0) };
    const opened = await sink.open(large, FROM);
    await opened.write(Buffer.alloc(2_000_000, 'x'));
    await opened.abort();
    const again = await sink.open(large, FROM);
    expect(again.offset).toBe(2_000_000);
    await again.write(Buffer.alloc(1_000_000, 'x'));
    expect(await again.finish()).toMatchObject({ bytes: large.size });
  });

  it('lets go of a transfer that was broken off', async () => {
    const disc = new SmallDisc('4m');
    const sink = directorySink(disc.folder, { spare: 0 });
    const large = { name: 'large.bin', size: 2_000_000, hasRanges: true, date: new Date(0) };
    const opened = await sink.open(large, FROM);
    disc.fill();
    await opened.write(Buffer.alloc(1_000_000, 'x')).catch(() => {});
    await opened.abort();
    disc.free();
    const again = await sink.open(large, FROM);
    await again.write(Buffer.alloc(large.size - again.offset, 'x'));
    expect(await again.finish()).toMatchObject({ bytes: large.size });
    expect(await readdir(disc.folder)).toEqual(['large.bin']);
  });
});
