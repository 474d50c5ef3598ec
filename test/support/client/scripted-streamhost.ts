// A streamhost that behaves as a test wants: accepts, refuses, is silent, hangs up, or waits for the test's word.

import { EventEmitter, once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import type { Streamhost } from '../../../src/wire/bytestreams.ts';

export type Behaviour = 'accept' | 'accept-later' | 'refuse' | 'silent' | 'hang-up';

const METHOD = Buffer.of(5, 0);
const REFUSAL = Buffer.of(5, 4, 0, 1, 0, 0, 0, 0, 0, 0);

export class ScriptedStreamhost {
  readonly streamhost: Streamhost;
  /** The names that were asked for. */
  readonly asked: string[] = [];
  connections = 0;
  readonly #behaviour: Behaviour;
  readonly #news = new EventEmitter();
  readonly #sockets = new Set<Socket>();

  constructor(streamhost: Streamhost, behaviour: Behaviour) {
    this.streamhost = streamhost;
    this.#behaviour = behaviour;
  }

  take(socket: Socket): void {
    this.connections++;
    this.#sockets.add(socket);
    socket
      .on('error', () => {})
      .once('close', () => {
        this.#sockets.delete(socket);
        this.#news.emit('left');
      });
    socket.once('data', () => {
      socket.once('data', (request) => {
        this.asked.push(request.subarray(5, 5 + (request[4] ?? 0)).toString());
        this.#news.emit('asked');
        if (this.#behaviour === 'accept') this.answer();
        if (this.#behaviour === 'refuse') socket.write(REFUSAL);
      });
      if (this.#behaviour === 'hang-up') socket.end();
      else socket.write(METHOD);
    });
  }

  /** Accepts who has asked last. */
  answer(): void {
    const name = Buffer.from(this.asked.at(-1) ?? '');
    this.send(Buffer.concat([Buffer.of(5, 0, 0, 3, name.length), name, Buffer.of(0, 0)]));
  }

  send(bytes: Buffer | string): void {
    for (const socket of this.#sockets) socket.write(bytes);
  }

  async untilAsked(): Promise<void> {
    if (this.asked.length === 0) await once(this.#news, 'asked');
  }

  async untilLeft(): Promise<void> {
    if (this.#sockets.size > 0) await once(this.#news, 'left');
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
  }
}

/** On a free port of the loopback, until the test is over. */
export async function startStreamhost(behaviour: Behaviour, jid = 'proxy.test'): Promise<ScriptedStreamhost> {
  const server = createServer((socket) => host.take(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const host = new ScriptedStreamhost({ jid, host: '127.0.0.1', port: address.port }, behaviour);
  onTestFinished(() => {
    host.close();
    server.close();
  });
  return host;
}
