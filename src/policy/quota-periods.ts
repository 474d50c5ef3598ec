// Days and months of UTC: their names, when they end, and which are so old that their sums may go.

/** A day and the month that it is in. */
export interface Periods {
  /** `2026-11-23` */
  readonly day: string;
  /** `2026-11` */
  readonly month: string;
}

export type Per = keyof Periods;

/** Sums of so many days and months before the current ones are kept, in case the clock is set back. */
const KEPT = { days: 2, months: 1 };
const DAY_MS = 86_400_000;

/** @param ms since 1970, by the wall clock */
export function periodsAt(ms: number): Periods {
  const text = new Date(ms).toISOString();
  return { day: text.slice(0, 10), month: text.slice(0, 7) };
}

/** The moment at which the day or the month around `ms` is over. */
export function endOf(per: Per, ms: number): Date {
  const now = new Date(ms);
  const [year, month, day] = [now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate()];
  return new Date(per === 'day' ? Date.UTC(year, month, day + 1) : Date.UTC(year, month + 1, 1));
}

/** The oldest periods that are still of use. */
export function oldestKept(ms: number): Periods {
  const now = new Date(ms);
  const month = Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - KEPT.months, 1);
  return { day: periodsAt(ms - KEPT.days * DAY_MS).day, month: periodsAt(month).month };
}
