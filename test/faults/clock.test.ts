// The wall clock steps by a day, there and back: deadlines and streams go by the monotonic clock and do not notice.

import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { record } from '../support/figures.ts';
import { describeWith } from '../support/requirements.ts';
import { FaultStage } from './stage.ts';
import { openStream, sendFile } from './transfer.ts';

const RUNNING = 5;
const PACE = { piece: 16 * 1024, pauseMs: 10 };
const STEPS = ['+1d', '-1d', '+400d', '+0'];
const BETWEEN_MS = 300;

describeWith(['prosody', 'faketime'], 'a wall clock that steps', () => {
  let folder: string;
  let stage: FaultStage;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'streamhost-clock-'));
    await setClock('+0');
    stage = await FaultStage.open({
      env: {
        LD_PRELOAD: libraryOfFaketime(),
        FAKETIME_TIMESTAMP_FILE: join(folder, 'clock'),
        FAKETIME_NO_CACHE: '1',
        DONT_FAKE_MONOTONIC: '1',
        FAKETIME_DONT_FAKE_MONOTONIC: '1',
      },
    });
  });

  afterEach(async () => {
    await stage?.close();
    await rm(folder, { recursive: true });
  });

  async function setClock(offset: string): Promise<void> {
    await writeFile(join(folder, 'clock'), offset);
  }

  it('breaks no transfer, ends no wait early, and leaves the link up', async () => {
    const streams = await Promise.all(Array.from({ length: RUNNING }, () => openStream(stage.parties)));
    const running = Promise.all(streams.map((stream) => sendFile(stream, 2 << 20, PACE)));
    const links = stage.link.links;
    for (const step of STEPS) {
      await setClock(step);
      await new Promise((resolve) => setTimeout(resolve, BETWEEN_MS));
    }
    await setClock('+1d');
    const outcomes = await running;
    expect(outcomes).toEqual(Array.from({ length: RUNNING }, () => 'whole'));
    expect(await sendFile(await openStream(stage.parties), 1 << 20)).toBe('whole');
    expect(stage.link.links).toBe(links);
    const { text } = await stage.daemon.child.line(
      /"msg":"stream finished"/,
      10_000,
      stage.daemon.child.next - 1,
    );
    const stepped = Date.parse(JSON.parse(text).time) - Date.now();
    expect(stepped).toBeGreaterThan(12 * 3600 * 1000); // it did live in another day
    const durations = linesOf(stage).map(({ durationMs }) => Number(durationMs));
    expect(Math.max(...durations)).toBeLessThan(3600 * 1000);
    expect(Math.min(...durations)).toBeGreaterThanOrEqual(0);
    record('clock stepped by a day and more', `${RUNNING + 1} transfers: all whole; link kept`);
  });
});

/** The command itself would stand between us and the daemon's signals. */
function libraryOfFaketime(): string {
  return execFileSync('faketime', ['-f', '+0', 'printenv', 'LD_PRELOAD'], { encoding: 'utf8' }).trim();
}

function linesOf(stage: FaultStage): Record<string, unknown>[] {
  return stage.daemon.child.output
    .filter((line) => line.includes('"msg":"stream finished"'))
    .map((line): Record<string, unknown> => JSON.parse(line));
}
