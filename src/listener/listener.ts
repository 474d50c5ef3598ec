// Accepts SOCKS5 connections on one address and leads each through its handshake. [XEP-0065 §6.3.2] [SOCKS-22]

import { createServer, type Server, type Socket } from 'node:net';
import type { AddressLimits } from '../policy/address-limits.ts';
import type { HandshakeResult, Observer, RelayEngine, Rendezvous } from '../rendezvous/ports.ts';
import { closeGently } from '../sockets/close-gently.ts';
import { tune } from '../sockets/tune.ts';
import { parseProxyHeader } from '../wire/proxy-protocol.ts';
import { Reply, reply } from '../wire/socks5.ts';
import { performHandshake } from './handshake.ts';
import { AbortedError, HandshakeReader, TimedOutError } from './handshake-reader.ts';
import type { HandshakeSlots } from './handshake-slots.ts';

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** Where to listen, and how. */
export interface Wanted extends Address {
  /** Every connection begins with a PROXY protocol header. */
  readonly proxyProtocol?: boolean | undefined;
  /** Other processes may bind the address, too. */
  readonly reusePort?: boolean | undefined;
}

/**
 * Prepares a listening socket by its descriptor, once it is bound. True if the sockets accepted from it have what
 * `tune` would give them. May throw.
 */
export type PrepareSocket = (descriptor: number) => boolean;

export interface ListenerParts {
  readonly rendezvous: Pick<Rendezvous, 'join'>;
  readonly engine: RelayEngine;
  readonly observer: Observer;
  readonly slots: HandshakeSlots;
  /** Who may open one more connection; absent: everyone. [S5B-P-85] */
  readonly addresses?: Pick<AddressLimits, 'enter'> | undefined;
  /** From the connection to the end of the SOCKS exchange, in milliseconds. [S5B-P-83] */
  readonly handshakeMs: number;
}

export class Listener {
  /** Where it listens; the port is the real one where 0 was asked for. */
  readonly address: Address;
  readonly #server: Server;
  readonly #parts: ListenerParts;
  readonly #proxyProtocol: boolean;
  readonly #handshakes = new Set<Socket>();
  #inheritTuning = false;

  private constructor(server: Server, address: Address, proxyProtocol: boolean, parts: ListenerParts) {
    this.#server = server;
    this.#parts = parts;
    this.#proxyProtocol = proxyProtocol;
    this.address = address;
    server.on('connection', (socket) => void this.#serve(socket));
    server.on('error', (error) => parts.observer.observe({ kind: 'accept-failed', ...address, error }));
    parts.observer.observe({ kind: 'listening', ...address });
  }

  /** Binds the address; `::` takes IPv4, too. @throws the system's error (EADDRINUSE, EADDRNOTAVAIL, EACCES, …) */
  static async open(
    wanted: Wanted,
    parts: ListenerParts,
    prepare: PrepareSocket = () => false,
  ): Promise<Listener> {
    const server = createServer({ allowHalfOpen: true });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      const { host, port, reusePort = false } = wanted;
      server.listen({ host, port, ipv6Only: false, backlog: 511, ...(reusePort && { reusePort }) }, () => {
        server.off('error', reject);
        resolve();
      });
    });
    let inheritTuning: boolean;
    try {
      inheritTuning = prepare(descriptorOf(server));
    } catch (error) {
      server.close();
      throw error;
    }
    const bound = server.address();
    const port = bound !== null && typeof bound === 'object' ? bound.port : wanted.port;
    const listener = new Listener(server, { host: wanted.host, port }, wanted.proxyProtocol ?? false, parts);
    listener.#inheritTuning = inheritTuning;
    return listener;
  }

  get listening(): boolean {
    return this.#server.listening;
  }

  /** Accepts nobody any more; handshakes in progress go on. Idempotent. */
  stopAccepting(): void {
    if (!this.#server.listening) return;
    this.#server.close();
    this.#parts.observer.observe({ kind: 'stopped-listening', ...this.address });
  }

  /** Accepts nobody any more and cuts the handshakes in progress; who holds a slot is left alone. Idempotent. */
  close(): void {
    this.stopAccepting();
    for (const socket of this.#handshakes) socket.destroy();
  }

  async #serve(socket: Socket): Promise<void> {
    const { slots, observer } = this.#parts;
    const remote = socket.remoteAddress ?? 'unknown';
    socket.on('error', () => {}); // told by 'close', which every owner of the socket watches
    if (!slots.take()) {
      observer.observe({ kind: 'handshake', result: cut(socket, 'over-limit'), remote });
      return;
    }
    this.#handshakes.add(socket);
    const outcome = await this.#handshake(socket, remote);
    this.#handshakes.delete(socket);
    slots.free();
    observer.observe({ kind: 'handshake', ...outcome });
  }

  /** One bad peer never stops the daemon: whatever goes wrong ends this connection only. */
  async #handshake(socket: Socket, address: string): Promise<Outcome> {
    const { rendezvous, engine, handshakeMs } = this.#parts;
    let remote = address;
    let leave = () => {};
    const reader = new HandshakeReader(socket, handshakeMs);
    try {
      if (!this.#inheritTuning) tune(socket);
      if (this.#proxyProtocol) {
        const header = await reader.read(parseProxyHeader);
        if (!header.ok) return { result: cut(socket, header.reason), remote };
        remote = header.value.source ?? address;
      }
      // Only now: behind a load balancer all have one address until the header is there.
      const entry = this.#parts.addresses?.enter(remote);
      if (entry?.ok === false) return { result: cut(socket, entry.reason), remote };
      if (entry) leave = entry.leave;
      return { result: await performHandshake({ socket, reader, remote }, rendezvous, engine), remote };
    } catch (error) {
      if (error instanceof TimedOutError) return { result: cut(socket, 'timed-out'), remote };
      if (error instanceof AbortedError) return { result: cut(socket, 'aborted'), remote };
      if (socket.bytesWritten <= METHOD_REPLY_BYTES) closeGently(socket, reply(Reply.generalFailure)); // [SOCKS-10]
      return {
        result: cut(socket, 'failed'),
        remote,
        error: error instanceof Error ? error : new Error(String(error)),
      };
    } finally {
      reader.release();
      leave();
    }
  }
}

/** How a handshake ended, and with whom: the header of a load balancer tells it. */
interface Outcome {
  readonly result: HandshakeResult;
  readonly remote: string;
  readonly error?: Error;
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
