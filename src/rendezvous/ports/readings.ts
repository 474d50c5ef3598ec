// How things stand, taken when someone asks.

import type { Parties } from './admission.ts';
import type { ByteCounts } from './engine.ts';

/** Live readings, taken when someone asks. */
export interface Readings {
  connectionsWaiting(): number;
  streamsActive(): number;
  /** Bytes relayed since the start, those of running streams included. */
  relayed(): ByteCounts;
}

/** By its key in the configuration. */
export type LimitName =
  | 'handshakes'
  | 'waiting'
  | 'waitingPerAddress'
  | 'connectionsPerSecond'
  | 'streams'
  | 'streamsPerUser'
  | 'streamsPerDomain';

/** A limit that is in force; Infinity: there is none. */
export interface LimitReading {
  readonly name: LimitName;
  readonly limit: number;
  /** What is taken of it; of a limit for each person, domain or address by whoever has most. */
  readonly used?: number;
}

/** The same with the streams one by one. */
export interface LiveReadings extends Readings {
  /** At most so many of the running streams, those that began last first. */
  running(most: number): RunningStream[];
}

/** A stream that runs, as whoever watches sees it. */
export interface RunningStream extends Parties {
  readonly className: string;
  /** Both directions. */
  readonly bytes: number;
  /** Over the last second. */
  readonly bytesPerSecond: number;
  readonly ageMs: number;
}

/** The same of the quotas. */
export interface QuotaReadings {
  /** The highest share of any quota that is used; 1 and more: used up. */
  readonly highestShare: number;
  readonly unwrittenBytes: number;
  readonly uncountedBytes: number;
  /** Calls of the store since the start: batches written, and whatever failed. */
  readonly writes: number;
  readonly failures: number;
}
