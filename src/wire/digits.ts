// Counts of bytes and blocks as attributes write them: decimal digits and nothing else.

/** Undefined for a sign, a fraction, spaces or nothing at all. More than 2^53 is rounded; some 309 digits give Infinity. */
export function parseDigits(text: string): number | undefined {
  return /^\d+$/.test(text) ? Number(text) : undefined;
}
