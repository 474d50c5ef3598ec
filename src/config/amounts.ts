// Limits that may be switched off: counts, durations, sizes and rates, each with `none` for no limit (Infinity).

import * as z from 'zod';
import { DURATION, LONGEST_MS, toMilliseconds } from './kinds.ts';

const NONE = 'none';
const NO_LIMIT = Number.POSITIVE_INFINITY;
const K = 1000;
const KI = 1024;
const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  B: 1,
  kB: K,
  KB: K,
  MB: K ** 2,
  GB: K ** 3,
  TB: K ** 4,
  KiB: KI,
  MiB: KI ** 2,
  GiB: KI ** 3,
  TiB: KI ** 4,
};
const SIZE = /^(\d{1,15}(?:\.\d{1,6})?) ?([kKMGT]?B|[KMGT]iB|)$/;
/** One PiB, far below what a number holds exactly. */
const LARGEST = 2 ** 50;

/** A whole number of at least `least`, or `none`. */
export const limit = (least: number) =>
  z
    .union([z.literal(NONE), z.int().min(least).max(1_000_000)])
    .meta({ expected: `a whole number from ${least} to 1000000, or none` });

/** The same as a number; Infinity: no limit. */
export const readLimit = (value: number | 'none'): number => (value === NONE ? NO_LIMIT : value);

/** Milliseconds from a text such as `30m`; Infinity from `none`. */
export const durationOrNone = z
  .string()
  .refine((text) => text === NONE || DURATION.test(text))
  .meta({ expected: 'a duration from 1ms to 596h, such as 500ms, 10s, 5m or 2h, or none' })
  .transform((text) => (text === NONE ? NO_LIMIT : toMilliseconds(text)))
  .refine((ms) => ms === NO_LIMIT || (ms > 0 && ms <= LONGEST_MS));

/** Bytes from `64KiB`, `10MB`, `1GB` or a plain number. */
export const size = z
  .union([z.int(), z.string()])
  .meta({ expected: 'bytes from 1 to 1024TiB, such as 4096, 64KiB, 10MB or 1GB' })
  .transform(toBytes)
  .refine(isAmount);

/** The same, or `none`. */
export const sizeOrNone = z
  .union([z.int(), z.string()])
  .meta({ expected: 'bytes from 1 to 1024TiB, such as 4096, 64KiB, 10MB or 1GB, or none' })
  .transform((value) => (value === NONE ? NO_LIMIT : toBytes(value)))
  .refine((bytes) => bytes === NO_LIMIT || isAmount(bytes));

/** Bytes a second, written as a size, also as `10MB/s`. */
export const rate = z
  .union([z.int(), z.string()])
  .meta({ expected: 'bytes a second from 1 to 1024TiB, such as 4096, 64KiB, 10MB or 1GB' })
  .transform((value) => toBytes(perSecond(value)))
  .refine(isAmount);

/** The same, or `none`. */
export const rateOrNone = z
  .union([z.int(), z.string()])
  .meta({ expected: 'bytes a second from 1 to 1024TiB, such as 4096, 64KiB, 10MB or 1GB, or none' })
  .transform((value) => (value === NONE ? NO_LIMIT : toBytes(perSecond(value))))
  .refine((bytes) => bytes === NO_LIMIT || isAmount(bytes));

function perSecond(value: number | string): number | string {
  return typeof value === 'string' ? value.replace(/\/s$/, '') : value;
}

/** NaN when the text is no size. */
function toBytes(value: number | string): number {
  if (typeof value === 'number') return value;
  const [, amount = 'NaN', unit = ''] = SIZE.exec(value) ?? [];
  return Math.round(Number(amount) * (UNITS[unit] ?? Number.NaN));
}

function isAmount(bytes: number): boolean {
  return bytes >= 1 && bytes <= LARGEST;
}
