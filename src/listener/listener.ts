// Accepts SOCKS5 connections on one address and leads each through its handshake. [XEP-0065 §6.3.2] [SOCKS-22]

import { createServer, type Server, type Socket } from 'node:net';
import type { HandshakeResult, Observer, RelayEngine, Rendezvous } from '../rendezvous/ports.ts';
import { closeGently } from '../sockets/close-gently.ts';
import { tune } from '../sockets/tune.ts';
import { Reply, reply } from '../wire/socks5.ts';
import { performHandshake } from './handshake.ts';
import { AbortedError, HandshakeReader, TimedOutError } from './handshake-reader.ts';
import type { HandshakeSlots } from './handshake-slots.ts';

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** Prepares a listening socket by its descriptor, once it is bound. May throw. */
export type PrepareSocket = (descriptor: number) => void;

export interface ListenerParts {
  readonly rendezvous: Rendezvous;
  readonly engine: RelayEngine;
  readonly observer: Observer;
  readonly slots: HandshakeSlots;
  /** From the connection to the end of the SOCKS exchange, in milliseconds. [S5B-P-83] */
  readonly handshakeMs: number;
}

export class Listener {
  /** Where it listens; the port is the real one where 0 was asked for. */
  readonly address: Address;
  readonly #server: Server;
  readonly #parts: ListenerParts;
  readonly #handshakes = new Set<Socket>();

  private constructor(server: Server, address: Address, parts: ListenerParts) {
    this.#server = server;
    this.#parts = parts;
    this.address = address;
    server.on('connection', (socket) => void this.#serve(socket));
    server.on('error', (error) => parts.observer.observe({ kind: 'accept-failed', ...address, error }));
    parts.observer.observe({ kind: 'listening', ...address });
  }

  /** Binds the address; `::` takes IPv4, too. @throws the system's error (EADDRINUSE, EADDRNOTAVAIL, EACCES, …) */
  static async open(
    wanted: Address,
    parts: ListenerParts,
    prepare: PrepareSocket = () => {},
  ): Promise<Listener> {
    const server = createServer({ allowHalfOpen: true });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ host: wanted.host, port: wanted.port, ipv6Only: false, backlog: 511 }, () => {
        server.off('error', reject);
        resolve();
      });
    });
    try {
      prepare(descriptorOf(server));
    } catch (error) {
      server.close();
      throw error;
    }
    const bound = server.address();
    const port = bound !== null && typeof bound === 'object' ? bound.port : wanted.port;
    return new Listener(server, { host: wanted.host, port }, parts);
  }

  get listening(): boolean {
    return this.#server.listening;
  }

  /** Accepts nobody any more and cuts the handshakes in progress; who holds a slot is left alone. Idempotent. */
  close(): void {
    this.#server.close();
    for (const socket of this.#handshakes) socket.destroy();
  }

  async #serve(socket: Socket): Promise<void> {
    const { slots, observer } = this.#parts;
    const remote = socket.remoteAddress ?? 'unknown';
    socket.on('error', () => {}); // told by 'close', which every owner of the socket watches
    if (!slots.take()) {
      socket.destroy();
      observer.observe({ kind: 'handshake', result: 'over-limit', remote });
      return;
    }
    this.#handshakes.add(socket);
    const fact = await this.#handshake(socket);
    this.#handshakes.delete(socket);
    slots.free();
    observer.observe({ kind: 'handshake', ...fact, remote });
  }

  /** One bad peer never stops the daemon: whatever goes wrong ends this connection only. */
  async #handshake(socket: Socket): Promise<{ result: HandshakeResult; error?: Error }> {
    const { rendezvous, engine, handshakeMs } = this.#parts;
    const deadline = new AbortController();
    const timer = setTimeout(() => deadline.abort(), handshakeMs);
    try {
      tune(socket);
      const reader = new HandshakeReader(socket, deadline.signal);
      return { result: await performHandshake(socket, reader, rendezvous, engine) };
    } catch (error) {
      if (error instanceof TimedOutError) return { result: cut(socket, 'timed-out') };
      if (error instanceof AbortedError) return { result: cut(socket, 'aborted') };
      if (socket.bytesWritten <= METHOD_REPLY_BYTES) closeGently(socket, reply(Reply.generalFailure)); // [SOCKS-10]
      return {
        result: cut(socket, 'failed'),
        error: error instanceof Error ? error : new Error(String(error)),
      };
    } finally {
      clearTimeout(timer);
    }
  }
}

/** More than this has been written when the CONNECT was answered already; a second answer would be taken for data. */
const METHOD_REPLY_BYTES = 2;

/** Ends the connection, unless it is being closed gently already. */
function cut(socket: Socket, result: HandshakeResult): HandshakeResult {
  if (!socket.writableEnded) socket.destroy();
  return result;
}

/** Not documented, like the handle of a socket (src/sockets/take-over.ts); -1 where there is none. */
function descriptorOf(server: Server): number {
  return (server as unknown as { _handle: { fd?: number } | null })._handle?.fd ?? -1;
}
