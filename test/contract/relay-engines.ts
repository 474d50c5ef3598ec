// The engines under contract. A further engine is added to this list and has to pass every test beside it.

import { prepareSplice } from '../../src/relay/splice/probe.ts';
import { SpliceRelay } from '../../src/relay/splice-relay.ts';
import { StreamRelay, type StreamRelayOptions } from '../../src/relay/stream-relay.ts';
import type { Clock, RelayEngine } from '../../src/rendezvous/ports.ts';

export interface EngineUnderTest {
  readonly name: string;
  create(clock: Clock, options: StreamRelayOptions): RelayEngine;
}

const portable: EngineUnderTest = {
  name: 'stream',
  create: (clock, options) => new StreamRelay(clock, options),
};

export const engines: readonly EngineUnderTest[] = [portable, splice(1), splice(2)].flat();

/** None where it cannot run; splice-relay.test.ts then says so. */
function splice(workers: number): EngineUnderTest[] {
  const prepared = prepareSplice();
  if (!prepared.ok) return [];
  const create = (clock: Clock, options: StreamRelayOptions) =>
    new SpliceRelay(prepared.libc, clock, { ...options, workers });
  return [{ name: workers === 1 ? 'splice' : `splice with ${workers} workers`, create }];
}
