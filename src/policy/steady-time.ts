// Time that all threads of the process share: `performance.now()` begins anew in each.

/** Nanoseconds, monotonic. */
export function steadyNow(): number {
  return Number(process.hrtime.bigint());
}
