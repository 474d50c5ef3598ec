// The engines under contract. A further engine is added to this list and has to pass every test beside it.

import { loadLibc } from '../../src/relay/splice/libc.ts';
import { SpliceRelay } from '../../src/relay/splice-relay.ts';
import { StreamRelay, type StreamRelayOptions } from '../../src/relay/stream-relay.ts';
import type { Clock, RelayEngine } from '../../src/rendezvous/ports.ts';

export interface EngineUnderTest {
  readonly name: string;
  create(clock: Clock, options: StreamRelayOptions): RelayEngine;
}

export const engines: readonly EngineUnderTest[] = [
  { name: 'stream', create: (clock, options) => new StreamRelay(clock, options) },
  ...[1, 2].map((workers) => ({
    name: `splice with ${workers} workers`,
    create: (clock: Clock, options: StreamRelayOptions) =>
      new SpliceRelay(loadLibc(), clock, { ...options, workers }),
  })),
];
