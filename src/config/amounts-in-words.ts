// Durations and sizes as people read them.

const TIMES = [
  [3_600_000, 'hour'],
  [60_000, 'minute'],
  [1000, 'second'],
  [1, 'millisecond'],
] as const;

const SIZES = [
  [1024 ** 4, 'TiB'],
  [1000 ** 4, 'TB'],
  [1024 ** 3, 'GiB'],
  [1000 ** 3, 'GB'],
  [1024 ** 2, 'MiB'],
  [1000 ** 2, 'MB'],
  [1024, 'KiB'],
  [1000, 'kB'],
  [1, 'bytes'],
] as const;

/** Milliseconds as `10 minutes`. */
export function inWords(ms: number): string {
  const [size, name] = TIMES.find(([unit]) => ms % unit === 0) ?? TIMES[3];
  return `${ms / size} ${name}${ms === size ? '' : 's'}`;
}

/** Bytes as `10 MB` or `64 KiB`, in the largest unit of which they are a whole number. */
export function sizeInWords(bytes: number): string {
  const [size, name] = SIZES.find(([unit]) => bytes % unit === 0) ?? SIZES[8];
  return bytes === 1 ? '1 byte' : `${bytes / size} ${name}`;
}

/** A limit, or that there is none. */
export function orNone(value: number, words: (value: number) => string): string {
  return Number.isFinite(value) ? words(value) : 'no limit';
}
