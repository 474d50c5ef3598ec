// Which engine moves the bytes: the one that was asked for, or the fastest that runs here.

import { availableParallelism } from 'node:os';
import type { Clock, RelayEngine } from '../rendezvous/ports.ts';
import { prepareSplice } from './splice/probe.ts';
import { SpliceRelay, type SpliceRelayOptions } from './splice-relay.ts';
import { StreamRelay } from './stream-relay.ts';

export interface EngineOptions extends Omit<SpliceRelayOptions, 'workers' | 'spawn'> {
  /** Threads of the zero-copy engine; `auto` leaves one core to the main thread. */
  readonly workers: number | 'auto';
}

export type EngineChoice =
  /** `fallback` says why it is not the fastest, if it was not asked for. */
  | { readonly ok: true; readonly engine: RelayEngine; readonly fallback?: string }
  | { readonly ok: false; readonly reason: string };

/** A bound; whoever has more cores to give says a number. */
const MAX_AUTO_WORKERS = 8;

/** @param prepare looks whether the zero-copy engine can run */
export function chooseEngine(
  wanted: 'auto' | 'splice' | 'stream',
  clock: Clock,
  options: EngineOptions,
  prepare: typeof prepareSplice = prepareSplice,
): EngineChoice {
  if (wanted === 'stream') return { ok: true, engine: new StreamRelay(clock, options) };
  const prepared = prepare();
  if (prepared.ok) {
    const workers = options.workers === 'auto' ? autoWorkers() : options.workers;
    return { ok: true, engine: new SpliceRelay(prepared.libc, clock, { ...options, workers }) };
  }
  if (wanted === 'splice') return prepared;
  return { ok: true, engine: new StreamRelay(clock, options), fallback: prepared.reason };
}

function autoWorkers(): number {
  return Math.min(Math.max(availableParallelism() - 1, 1), MAX_AUTO_WORKERS);
}
