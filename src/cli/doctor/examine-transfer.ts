// A whole transfer through the proxy, between two sessions of our own: checksum, rate and latency. [XEP-0065 §6.3]

import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { openBytestream } from '../../client/s5b/requester.ts';
import { expectBytestream } from '../../client/s5b/target.ts';
import type { Session } from '../../client/session.ts';
import type { Streamhost } from '../../wire/bytestreams.ts';
import { type Finding, ok, problem, warning } from './finding.ts';

const BYTES = 16 * 1024 * 1024;
const PIECE = 64 * 1024;
const ROUND_TRIPS = 20;
const SETUP_MS = 20_000;
const TRANSFER_MS = 60_000;

/** Neither side is a streamhost itself: the bytes go through the proxy or not at all. */
export async function examineTransfer(
  requester: Session,
  target: Session,
  proxies: readonly Streamhost[],
): Promise<Finding[]> {
  const sid = `doctor-${randomBytes(9).toString('hex')}`;
  const signal = AbortSignal.timeout(SETUP_MS);
  const began = performance.now();
  const expected = expectBytestream(target, { from: requester.jid, sid, allowLocalHosts: true, signal });
  expected.catch(() => {}); // when the requester fails, its reason says more
  const sockets: Socket[] = [];
  try {
    const opened = await openBytestream(requester, { to: target.jid, sid, proxies, direct: false, signal });
    sockets.push(opened.stream);
    const { stream } = await expected;
    sockets.push(stream);
    const setup = Math.round(performance.now() - began);
    const round = await measureRoundTrip(opened.stream, stream);
    return [
      ok(
        'activation',
        `a bytestream through ${opened.streamhost.host} port ${opened.streamhost.port} stands after ${setup} ms`,
      ),
      ok('latency', `${round.toFixed(1)} ms for a byte there and back (median of ${ROUND_TRIPS})`),
      await examineFile(opened.stream, stream),
    ];
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const advice = 'the log of the proxy says how it answered; docs/OPERATIONS.md explains each reason';
    return [problem('activation', `no bytestream through the proxy: ${why}`, advice)];
  } finally {
    for (const socket of sockets) socket.destroy();
  }
}

async function examineFile(sender: Socket, receiver: Socket): Promise<Finding> {
  const began = performance.now();
  const received = digest(receiver);
  const sent = await send(sender);
  const arrived = await received;
  const seconds = (performance.now() - began) / 1000;
  if (arrived !== sent) {
    return problem(
      'checksum',
      `${BYTES} bytes arrived with another SHA-256`,
      'something on the way changes bytes: a middlebox, or the proxy',
    );
  }
  const rate = BYTES / seconds / 1e6;
  const detail = `${BYTES / 1024 / 1024} MiB arrived whole at ${rate.toFixed(1)} MB/s`;
  return rate >= 1
    ? ok('checksum', detail)
    : warning('checksum', detail, 'slow: compare the line, and `rates` in the configuration');
}

/** The median of some, in milliseconds. */
async function measureRoundTrip(one: Socket, other: Socket): Promise<number> {
  const signal = AbortSignal.timeout(TRANSFER_MS);
  const times: number[] = [];
  const echo = (chunk: Buffer) => void other.write(chunk);
  other.on('data', echo);
  for (let round = 0; round < ROUND_TRIPS; round++) {
    const began = performance.now();
    one.write('x');
    await once(one, 'data', { signal });
    times.push(performance.now() - began);
  }
  other.off('data', echo);
  one.resume();
  return times.sort((a, b) => a - b)[ROUND_TRIPS / 2] ?? 0;
}

async function send(socket: Socket): Promise<string> {
  const hash = createHash('sha256');
  const signal = AbortSignal.timeout(TRANSFER_MS);
  for (let left = BYTES; left > 0; left -= PIECE) {
    const piece = randomBytes(PIECE);
    hash.update(piece);
    if (!socket.write(piece)) await once(socket, 'drain', { signal });
  }
  socket.end();
  return hash.digest('hex');
}

async function digest(socket: Socket): Promise<string> {
  const hash = createHash('sha256');
  socket.on('data', (chunk: Buffer) => hash.update(chunk));
  socket.resume();
  await once(socket, 'end', { signal: AbortSignal.timeout(TRANSFER_MS) });
  return hash.digest('hex');
}
