// The process may open no further descriptor: accepts resume by themselves, and running streams do not notice.

import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { record } from '../support/figures.ts';
import { describeWith } from '../support/requirements.ts';
import { FaultStage } from './stage.ts';
import { openStream, sendFile } from './transfer.ts';

const LIMIT = 200;
const RUNNING = 5;
const STRANGERS = 400;
const BYTES = 2 << 20;
const PACE = { piece: 16 * 1024, pauseMs: 20 };

describeWith(['prosody', 'prlimit'], `a proxy with ${LIMIT} descriptors`, () => {
  let stage: FaultStage;
  const strangers: Socket[] = [];

  beforeEach(async () => {
    stage = await FaultStage.open({
      wrapper: ['prlimit', `--nofile=${LIMIT}:${LIMIT}`],
      config: {
        limits: { exempt: ['127.0.0.0/8'] },
        timeouts: { handshake: '5m' },
      },
    });
  });

  afterEach(async () => {
    for (const stranger of strangers.splice(0)) stranger.destroy();
    await stage?.close();
  });

  it('goes on moving files when strangers have taken them all, and takes new ones when they leave', async () => {
    const streams = await Promise.all(Array.from({ length: RUNNING }, () => openStream(stage.parties)));
    const running = Promise.all(streams.map((stream) => sendFile(stream, BYTES, PACE)));
    for (let left = STRANGERS; left > 0; left--) {
      const stranger = connect({ port: stage.parties.port, host: '127.0.0.1' });
      strangers.push(stranger);
      stranger.on('error', () => {});
      await once(stranger, 'connect'); // the kernel's queue takes those that the proxy cannot
    }
    const outcomes = await running;
    expect(outcomes).toEqual(Array.from({ length: RUNNING }, () => 'whole'));
    for (const stranger of strangers.splice(0)) stranger.resetAndDestroy();

    expect(await sendFile(await openStream(stage.parties), BYTES)).toBe('whole');
    record(
      `${LIMIT} descriptors, ${STRANGERS} strangers`,
      `${RUNNING} running transfers: ${outcomes.length} whole; the next one after they had left: whole`,
    );
  });
});
