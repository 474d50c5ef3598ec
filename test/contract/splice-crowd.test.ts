// The zero-copy engine with a thousand streams that all send at once, and as a user who may have no more pipes.

import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { loadLibc } from '../../src/relay/splice/libc.ts';
import { SpliceRelay } from '../../src/relay/splice-relay.ts';
import { describeWith } from '../support/requirements.ts';
import type { EngineUnderTest } from './relay-engines.ts';
import { RelayFixture } from './relay-fixture.ts';

const STREAMS = 1000;
const BYTES = 200_000;
/** A user whom nobody else is, so that its budget of pipes is its own. */
const NOBODY_ELSE = 54_321;

const engine: EngineUnderTest = {
  name: 'splice',
  create: (clock, options) => new SpliceRelay(loadLibc(), clock, { ...options, workers: 2 }),
};

describeWith(['splice'], 'the zero-copy engine in a crowd', () => {
  it(`carries ${STREAMS} streams that all send at once, byte-exact [S5B-P-47]`, {
    timeout: 120_000,
  }, async () => {
    const fixture = await RelayFixture.open(engine);
    const streams: { first: Socket; second: Socket }[] = [];
    while (streams.length < STREAMS) streams.push(await fixture.stream());
    const payload = randomBytes(BYTES);
    const expected = createHash('sha256').update(payload).digest('hex');
    const received = streams.map(({ second }) => digestOf(second));
    for (const { first, second } of streams) {
      first.resume().end(payload);
      second.end();
    }
    expect(new Set(await Promise.all(received))).toEqual(new Set([expected]));
  });
});

describeWith(['splice', 'root'], 'the zero-copy engine as an ordinary user', () => {
  it('moves every byte with the smallest pipes when its budget of pipe pages is used up', async () => {
    const script = fileURLToPath(new URL('../support/without-pipe-budget.ts', import.meta.url));
    const child = spawn(process.execPath, ['--import', 'tsx', script, String(NOBODY_ELSE)], {
      stdio: ['ignore', 'pipe', 'inherit'],
      cwd: fileURLToPath(new URL('../..', import.meta.url)),
    });
    const said: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => said.push(chunk));
    const [code] = await once(child, 'close');
    expect(code).toBe(0);
    expect(JSON.parse(Buffer.concat(said).toString())).toEqual({
      uid: NOBODY_ELSE,
      mayEnlarge: false,
      streams: 8,
      whole: 8,
    });
  });
});

async function digestOf(socket: Socket): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of socket) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
