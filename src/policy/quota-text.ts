// A quota that is used up, in the words that its requester gets: whose it was, how large, and when it ends.

import type { Per } from './quota-periods.ts';

/** Whose quota is used up, and until when. */
export interface Exhausted {
  readonly whose: 'user' | 'domain';
  readonly per: Per;
  /** Bytes. */
  readonly limit: number;
  readonly endsAt: Date;
}

/** `Your quota of 10 GB a day is used up until 2026-11-24 00:00 UTC.` */
export function describeExhausted({ whose, per, limit, endsAt }: Exhausted): string {
  const owner = whose === 'user' ? 'Your quota' : 'The quota of your domain';
  const end = endsAt.toISOString().slice(0, 16).replace('T', ' ');
  return `${owner} of ${formatBytes(limit)} a ${per} is used up until ${end} UTC.`;
}

const UNITS: readonly (readonly [number, string])[] = [
  [1000 ** 4, 'TB'],
  [1024 ** 4, 'TiB'],
  [1000 ** 3, 'GB'],
  [1024 ** 3, 'GiB'],
  [1000 ** 2, 'MB'],
  [1024 ** 2, 'MiB'],
  [1000, 'kB'],
  [1024, 'KiB'],
];

/** More digits say nothing to a reader. */
const LONGEST = 10_000;

/** In the largest unit that it is a short whole number of, decimal or binary; otherwise rounded to a tenth, decimal. */
export function formatBytes(bytes: number): string {
  const whole = UNITS.find(([size]) => bytes >= size && bytes % size === 0 && bytes / size < LONGEST);
  if (whole !== undefined) return `${bytes / whole[0]} ${whole[1]}`;
  const about = UNITS.find(([size, name]) => bytes >= size && !name.includes('i'));
  if (about === undefined) return bytes === 1 ? '1 byte' : `${bytes} bytes`;
  return `${(bytes / about[0]).toFixed(1)} ${about[1]}`;
}
