// One file from alice to bob through the proxy: negotiated, activated, moved, summed on both sides.

import type { Socket } from 'node:net';
import type { Sum } from './digest.ts';
import type { Narrator } from './narrator.ts';
import { negotiate } from './negotiate.ts';
import type { Payload } from './payload.ts';
import { activate, sendAll } from './requester.ts';
import { formatRate } from './sizes.ts';
import type { Stage } from './stage.ts';
import { receiveAll } from './target.ts';

export interface Transferred {
  readonly sent: Sum;
  readonly received: Sum;
  /** From the activation's result to the target's end of file. */
  readonly milliseconds: number;
}

/** @throws Error that says what failed and why; both connections are closed then */
export async function transfer(
  { alice, bob, server }: Pick<Stage, 'alice' | 'bob' | 'server'>,
  payload: Payload,
  narrator: Narrator,
  signal: AbortSignal,
): Promise<Transferred> {
  const sockets: Socket[] = [];
  const keep = (socket: Socket) => void sockets.push(socket);
  try {
    const negotiation = { server, requester: alice, target: bob, keep };
    const { proxy, sid, requesterSocket, targetSocket } = await negotiate(negotiation, narrator, signal);
    await activate(alice, proxy, sid, bob.jid, signal);
    narrator.step('alice → proxy', `activate for ${bob.jid}`);
    return await move(payload, { from: requesterSocket, to: targetSocket }, narrator, signal);
  } finally {
    for (const socket of sockets) socket.destroy();
  }
}

async function move(
  payload: Payload,
  { from, to }: { readonly from: Socket; readonly to: Socket },
  narrator: Narrator,
  signal: AbortSignal,
): Promise<Transferred> {
  const begun = performance.now();
  let milliseconds = 0;
  const progress = narrator.progress(payload.size);
  const onBytes = (bytes: number) => {
    progress.update(bytes, formatRate(bytes, performance.now() - begun));
  };
  const receive = async () => {
    const sum = await receiveAll(to, onBytes, signal);
    milliseconds = performance.now() - begun;
    return sum;
  };
  try {
    const [sent, received] = await Promise.all([sendAll(payload, from, signal), receive()]);
    return { sent, received, milliseconds };
  } finally {
    progress.stop();
  }
}
