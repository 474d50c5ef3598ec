// Many strangers and slow readers at once, while files cross the proxy. [S5B-P-85]

import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { record } from '../support/figures.ts';
import { describeWith } from '../support/requirements.ts';
import { connectMessage } from '../support/socks-peer.ts';
import { FaultStage } from './stage.ts';
import { type Outcome, openStream, sendFile } from './transfer.ts';

const SILENT = 5_000;
const SCANS = 2_000;
const READERS = 100;
const TRANSFERS = 20;
const BYTES = 4 << 20;

describeWith(['prosody'], 'a proxy in a crowd', () => {
  let stage: FaultStage;
  const strangers: Socket[] = [];

  beforeEach(async () => {
    stage = await FaultStage.open({
      config: {
        log: { level: 'info' },
        // They all come from one address here.
        limits: { handshakes: 8192, exempt: ['127.0.0.0/8'], streamsPerUser: 500 },
        timeouts: { handshake: '5m' },
      },
    });
  });

  afterEach(async () => {
    for (const stranger of strangers.splice(0)) stranger.destroy();
    await stage?.close();
  });

  async function stranger(): Promise<Socket> {
    const socket = connect({ port: stage.parties.port, host: '127.0.0.1' });
    strangers.push(socket);
    socket.on('error', () => {});
    await once(socket, 'connect');
    return socket;
  }

  async function transfers(count: number): Promise<Outcome[]> {
    const outcomes: Outcome[] = [];
    for (let left = count; left > 0; left -= 4) {
      const streams = await Promise.all([1, 2, 3, 4].map(() => openStream(stage.parties)));
      outcomes.push(...(await Promise.all(streams.map((stream) => sendFile(stream, BYTES)))));
    }
    return outcomes;
  }

  it(`of ${SILENT} connections that say nothing moves every file [S5B-P-83] [S5B-P-85]`, async () => {
    for (let left = SILENT; left > 0; left -= 100) await Promise.all(Array.from({ length: 100 }, stranger));
    const outcomes = await transfers(TRANSFERS);
    record(
      `${SILENT} silent connections`,
      `${outcomes.length} transfers of 4 MiB beside them: ${tally(outcomes)}`,
    );
    expect(new Set(outcomes)).toEqual(new Set(['whole']));
    expect(strangers.filter(({ destroyed }) => destroyed)).toEqual([]);
  });

  it('that scans its port moves every file, and the log stays small [S5B-P-89]', async () => {
    const lines = stage.daemon.child.next;
    const scanning = (async () => {
      for (let left = SCANS; left > 0; left -= 20) {
        await Promise.all(Array.from({ length: 20 }, async () => probe(await stranger())));
      }
    })();
    const outcomes = await transfers(TRANSFERS);
    await scanning;
    const told = stage.daemon.child.next - lines;
    record(
      'port scan',
      `${SCANS} probes beside ${outcomes.length} transfers: ${tally(outcomes)}, ${told} lines in the log`,
    );
    expect(new Set(outcomes)).toEqual(new Set(['whole']));
    expect(told).toBeLessThan(TRANSFERS * 4);
  });

  it(`of ${READERS} readers that are slow, and as many that have stopped, moves every file [S5B-P-48]`, async () => {
    const stopped = await Promise.all(Array.from({ length: READERS }, () => openStream(stage.parties)));
    for (const [sender, receiver] of stopped) {
      strangers.push(sender, receiver);
      receiver.pause();
      for (let left = 64; left > 0; left--) sender.write(randomBytes(64 * 1024));
    }
    const slow = await Promise.all(Array.from({ length: READERS }, () => openStream(stage.parties)));
    const slowly = Promise.all(
      slow.map((stream) => sendFile(stream, 64 * 1024, { piece: 1024, pauseMs: 20 })),
    );
    const outcomes = await transfers(TRANSFERS);
    const late = await slowly;
    record(
      'slow and stopped readers',
      `${READERS} stopped, ${READERS} slow (${tally(late)}); ${outcomes.length} transfers beside them: ${tally(outcomes)}`,
    );
    expect(new Set([...outcomes, ...late])).toEqual(new Set(['whole']));
    expect(await stage.daemon.metric('streamhost_streams_active')).toBe(READERS);
  });
});

/** What scanners send: nothing, another protocol, half a message, a name that is no key. */
async function probe(socket: Socket): Promise<void> {
  const messages = [
    Buffer.from('GET / HTTP/1.0\r\n\r\n'),
    Buffer.from([4, 1, 0, 80, 192, 0, 2, 1, 0]),
    Buffer.concat([Buffer.of(5, 1, 0), connectMessage('example.com')]),
    randomBytes(40),
    Buffer.of(5),
  ];
  socket.write(messages[Math.floor(Math.random() * messages.length)] ?? Buffer.of(5));
  if (Math.random() < 0.5) socket.end();
  else socket.resetAndDestroy();
}

function tally(outcomes: readonly Outcome[]): string {
  const whole = outcomes.filter((outcome) => outcome === 'whole').length;
  return `${whole} whole, ${outcomes.length - whole} reset`;
}
