// A relay engine with peers connected to it, for the contract tests.

import type { Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import type { StreamRelayOptions } from '../../src/relay/stream-relay.ts';
import type { Clock, Peer, Rate, RelayEngine, RelayedStream } from '../../src/rendezvous/ports.ts';
import { systemClock } from '../../src/system-clock.ts';
import { ManualClock } from '../support/clock.ts';
import { Acceptor } from '../support/tcp.ts';
import type { EngineUnderTest } from './relay-engines.ts';

const HALF_CLOSE_MS = 60_000;

export interface Held {
  readonly client: Socket;
  readonly peer: Peer;
}

export class RelayFixture {
  readonly clock = new ManualClock();
  readonly engine: RelayEngine;
  readonly #acceptor: Acceptor;

  private constructor(
    under: EngineUnderTest,
    acceptor: Acceptor,
    options: Partial<StreamRelayOptions>,
    clock?: Clock,
  ) {
    this.#acceptor = acceptor;
    this.engine = under.create(clock ?? this.clock, {
      earlyData: 'hold',
      halfCloseMs: HALF_CLOSE_MS,
      ...options,
    });
    onTestFinished(() => this.engine.close());
  }

  static async open(
    under: EngineUnderTest,
    options: Partial<StreamRelayOptions> = {},
  ): Promise<RelayFixture> {
    return new RelayFixture(under, await Acceptor.open(), options);
  }

  /** The clock of this engine is the real one, as that of its rates is. */
  static async openInRealTime(
    under: EngineUnderTest,
    options: Partial<StreamRelayOptions>,
  ): Promise<RelayFixture> {
    return new RelayFixture(under, await Acceptor.open(), options, systemClock);
  }

  /** A peer that waits; `early` came glued to its CONNECT, and `remote` is what a load balancer says of it. */
  async hold(early = '', remote?: string): Promise<Held> {
    const { client, accepted } = await this.#acceptor.pair();
    return { client, peer: this.engine.hold(accepted, Buffer.from(early), remote) };
  }

  async join(first: Held, second: Held, rates?: readonly Rate[]): Promise<RelayedStream> {
    return this.engine.join(first.peer, second.peer, rates);
  }

  /** Two clients and the stream between them. */
  async stream(rates?: readonly Rate[]): Promise<{ first: Socket; second: Socket; stream: RelayedStream }> {
    const first = await this.hold();
    const second = await this.hold();
    const stream = await this.join(first, second, rates);
    return { first: first.client, second: second.client, stream };
  }

  /** Lets the half-close timer run out once. */
  passHalfClose(): void {
    this.clock.advance(HALF_CLOSE_MS);
  }
}

/** Resolves when the peer's condition becomes the given one. */
export async function becomes(peer: Peer, condition: Peer['condition']): Promise<void> {
  while (peer.condition !== condition) await new Promise<void>((resolve) => peer.onChange(resolve));
}
