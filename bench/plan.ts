// How much is measured: the full plan, and one that is over in two minutes.

export interface Plan {
  readonly rounds: number;
  /** Bulk: streams at once, and for how long a round sends, in milliseconds. */
  readonly counts: readonly number[];
  bulkMs(streams: number): number;
  /** Round trips: bulk streams beside them, and for how long, in milliseconds. */
  readonly beside: readonly number[];
  readonly pingMs: number;
  /** Set-ups: in one round, by one worker and by 64 together. */
  readonly setUpsAlone: number;
  readonly setUpsTogether: number;
  /** Streams held open while memory and idle CPU are read, the window of the latter in milliseconds. */
  readonly open: readonly number[];
  readonly idleMs: number;
  /** Between the last set-up and the reading of memory, so that what they have left to do is done. */
  readonly settleMs: number;
  readonly stallMs: number;
  /** Shaping: rates in MB/s, streams that share them, and for how long they send, in milliseconds. */
  readonly shapedRates: readonly number[];
  readonly shapedStreams: readonly number[];
  readonly shapedMs: number;
}

export const fullPlan: Plan = {
  rounds: 5,
  counts: [1, 16, 64, 256, 1000],
  // Many streams have many buffers in the kernel to fill before the pace is the relay's.
  bulkMs: (streams) => (streams > 64 ? 1500 : 1000),
  beside: [0, 4, 64],
  pingMs: 1000,
  setUpsAlone: 700,
  setUpsTogether: 1920,
  open: [1000, 9000],
  idleMs: 10_000,
  settleMs: 3000,
  stallMs: 5000,
  shapedRates: [1, 10, 100],
  shapedStreams: [1, 8],
  shapedMs: 10_000,
};

export const quickPlan: Plan = {
  rounds: 1,
  counts: [1, 64, 1000],
  bulkMs: () => 700,
  beside: [0, 4],
  pingMs: 500,
  setUpsAlone: 200,
  setUpsTogether: 640,
  open: [1000],
  idleMs: 2000,
  settleMs: 1000,
  stallMs: 3000,
  shapedRates: [10],
  shapedStreams: [1, 8],
  shapedMs: 1500,
};
