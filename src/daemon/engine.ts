// The relay engine that the configuration wants, or the best that runs here.

import type { Config } from '../config/schema.ts';
import type { Log } from '../ops/log.ts';
import type { RateTable } from '../policy/rate.ts';
import { chooseEngine } from '../relay/choose.ts';
import type { Clock, EngineTimeouts, Observer, RelayEngine } from '../rendezvous/ports.ts';
import { StartError } from './start-error.ts';

export interface EngineParts {
  readonly rates: RateTable;
  readonly log: Log;
  readonly observer: Observer;
  readonly clock: Clock;
}

/** @throws StartError when the one that is wanted cannot run here */
export function createEngine(
  { relay, timeouts }: Config,
  { rates, log, observer, clock }: EngineParts,
): RelayEngine {
  const choice = chooseEngine(relay.engine, clock, {
    earlyData: relay.earlyData,
    ...engineTimeouts({ timeouts }),
    workers: relay.workers,
    rates,
    onWorkerDeath: (error, streams) => observer.observe({ kind: 'relay-worker-died', error, streams }),
  });
  if (!choice.ok) throw new StartError(`relay.engine is splice, which cannot run here: ${choice.reason}`);
  if (choice.fallback) log.warn('the zero-copy relay cannot run here', { reason: choice.fallback });
  return choice.engine;
}

export function engineTimeouts({ timeouts }: Pick<Config, 'timeouts'>): EngineTimeouts {
  return { halfCloseMs: timeouts.halfClose, userTimeoutMs: timeouts.unacknowledged };
}
