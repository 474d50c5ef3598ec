// The engines under contract. A further engine is added to this list and has to pass every test beside it.

import { StreamRelay, type StreamRelayOptions } from '../../src/relay/stream-relay.ts';
import type { Clock, RelayEngine } from '../../src/rendezvous/ports.ts';

export interface EngineUnderTest {
  readonly name: string;
  create(clock: Clock, options: StreamRelayOptions): RelayEngine;
}

export const engines: readonly EngineUnderTest[] = [
  { name: 'stream', create: (clock, options) => new StreamRelay(clock, options) },
];
