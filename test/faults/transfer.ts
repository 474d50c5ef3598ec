// One file through the proxy, and the verdict on it: whole, or broken so that both sides know. [S5B-P-86]

import { createHash, randomBytes, randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import { sessionKey } from '../../src/wire/session-key.ts';
import type { XmppUser } from '../support/interop/xmpp-user.ts';
import { connectAs } from '../support/socks-peer.ts';

export interface Parties {
  readonly requester: XmppUser;
  readonly target: XmppUser;
  readonly proxy: string;
  /** Where the proxy's SOCKS port is. */
  readonly host?: string;
  readonly port: number;
}

/** A short file that looks complete is none of them: then `sendFile` rejects. */
export type Outcome = 'whole' | 'reset';

/** How fast: pieces of so many bytes, with a pause of so many milliseconds after each. */
export interface Pace {
  readonly piece: number;
  readonly pauseMs: number;
}

const STEP_MS = 60_000;
/** How long an answer is waited for while the link may be down; then it is asked again. */
const ANSWER_MS = 2_000;
const AGAIN_MS = 50;
const ATTEMPTS = 600;

/** Two connections, activated; while the link is down the requester asks again, as a person would. */
export async function openStream({ requester, target, proxy, port }: Parties): Promise<[Socket, Socket]> {
  const sid = randomUUID();
  const key = sessionKey(sid, requester.jid, target.jid);
  const pair: [Socket, Socket] = [await connectAs(port, key), await connectAs(port, key)];
  for (let attempt = 1; ; attempt++) {
    try {
      await requester.activate(proxy, sid, target.jid, ANSWER_MS);
      return pair;
    } catch (error) {
      // Activated by an attempt whose answer was lost with the link.
      if (attempt > 1 && conditionOf(error) === 'conflict') return pair;
      if (attempt === ATTEMPTS || !isPassing(error)) throw error;
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    }
  }
}

/** Sends so many random bytes over a stream, and judges what arrives. */
export async function sendFile(
  [sender, receiver]: [Socket, Socket],
  bytes: number,
  pace?: Pace,
): Promise<Outcome> {
  const received = digestUntilEnd(receiver);
  const sent = await send(sender, bytes, pace);
  const arrived = await received;
  for (const socket of [sender, receiver]) socket.destroy();
  if (arrived === 'reset') return 'reset';
  if (arrived === sent) return 'whole';
  throw new Error(`a file of ${bytes} bytes arrived with an orderly end and another SHA-256`);
}

async function send(
  socket: Socket,
  bytes: number,
  pace: Pace = { piece: 64 * 1024, pauseMs: 0 },
): Promise<string> {
  const hash = createHash('sha256');
  const piece = randomBytes(pace.piece);
  for (let left = bytes; left > 0 && !socket.destroyed; left -= piece.length) {
    const chunk = piece.subarray(0, left);
    hash.update(chunk);
    if (!socket.write(chunk)) await writable(socket);
    if (pace.pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pace.pauseMs));
  }
  socket.end();
  return hash.digest('hex');
}

/** Resolves when there is room again, or when there will be none any more. */
function writable(socket: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`no room to write for ${STEP_MS} ms`)), STEP_MS);
    const done = () => {
      clearTimeout(late);
      socket.off('drain', done).off('close', done);
      resolve();
    };
    socket.on('drain', done).on('close', done);
  });
}

/** The digest of what came before an orderly end. */
function digestUntilEnd(socket: Socket): Promise<string> {
  const hash = createHash('sha256');
  return new Promise((resolve) => {
    socket.on('data', (chunk: Buffer) => hash.update(chunk));
    socket.once('end', () => {
      socket.end();
      resolve(hash.digest('hex'));
    });
    socket.once('close', () => resolve('reset')); // after 'end' this changes nothing
    socket.resume();
  });
}

/** Errors of a link that is down for the moment: the server's, or none at all. */
function isPassing(error: unknown): boolean {
  const passing = [
    'remote-server-not-found',
    'service-unavailable',
    'remote-server-timeout',
    'recipient-unavailable',
  ];
  return passing.includes(conditionOf(error)) || (error instanceof Error && error.name === 'TimeoutError');
}

function conditionOf(error: unknown): string {
  return error instanceof Error && 'condition' in error ? String(error.condition) : '';
}
