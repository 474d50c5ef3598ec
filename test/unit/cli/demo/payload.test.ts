import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { filePayload, generatedPayload } from '../../../../src/cli/demo/payload.ts';
import type { FileSource } from '../../../../src/client/index.ts';

async function read(payload: FileSource): Promise<{ bytes: number; largest: number; sha256: string }> {
  const hash = createHash('sha256');
  let [bytes, largest] = [0, 0];
  for await (const chunk of payload.open(0, payload.size)) {
    hash.update(chunk);
    bytes += chunk.length;
    largest = Math.max(largest, chunk.length);
  }
  return { bytes, largest, sha256: hash.digest('hex') };
}

async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'streamhost-demo-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

describe('a generated payload', () => {
  it.each([1, 262_143, 262_144, 262_145, 1_000_000])('of %d bytes has exactly so many', async (size) => {
    const { bytes, largest } = await read(generatedPayload(size));
    expect(bytes).toBe(size);
    expect(largest).toBeLessThanOrEqual(262_144);
  });

  it('is the same every time, and another one with another seed', async () => {
    const first = await read(generatedPayload(500_000));
    expect(await read(generatedPayload(500_000))).toEqual(first);
    expect((await read(generatedPayload(500_000, 'other'))).sha256).not.toBe(first.sha256);
  });
});

describe('a file as payload', () => {
  it('has the name and size of the file, and its bytes', async () => {
    const path = join(await makeFolder(), 'letter.txt');
    await writeFile(path, 'hello');
    const choice = await filePayload(path);
    expect(choice).toMatchObject({ ok: true, payload: { name: 'letter.txt', size: 5 } });
    const bytes = choice.ok ? await read(choice.payload) : undefined;
    expect(bytes?.sha256).toBe(createHash('sha256').update('hello').digest('hex'));
  });

  it('is refused when it is missing or no file', async () => {
    const folder = await makeFolder();
    const missing = await filePayload(join(folder, 'none'));
    expect(missing).toMatchObject({
      ok: false,
      reason: expect.stringContaining('cannot be read: there is no such file'),
    });
    const reason = expect.stringContaining('expected a regular file');
    expect(await filePayload(folder)).toEqual({ ok: false, reason });
  });
});
