// The part of a file that a receiver asks for, and what it means for a file of a known size. [XEP-0096 §3]

import { parseDigits } from './digits.ts';
import { attribute, type Element, xml } from './xml.ts';

/** As written: the defaults are the beginning and the end of the file. */
export interface RequestedRange {
  /** Bytes to leave out. */
  readonly offset?: number;
  /** Bytes to send. */
  readonly length?: number;
}

/** A part that lies within the file. */
export interface FileRange {
  readonly offset: number;
  readonly length: number;
}

/** [SI-R-07] */
export function writeRange({ offset, length }: RequestedRange): Element {
  return xml('range', {
    ...(offset === undefined ? {} : { offset }),
    ...(length === undefined ? {} : { length }),
  });
}

/** Undefined when offset or length is no number of bytes. [SI-I-14] */
export function readRange(range: Element): RequestedRange | undefined {
  const [offset, length] = ['offset', 'length'].map((name) => attribute(range, name));
  const parsed = { offset: parseDigits(offset ?? '0'), length: parseDigits(length ?? '0') };
  if (parsed.offset === undefined || parsed.length === undefined) return undefined;
  return {
    ...(offset === undefined ? {} : { offset: parsed.offset }),
    ...(length === undefined ? {} : { length: parsed.length }),
  };
}

/**
 * What to send of a file of `size` bytes: from `offset`, 0 if absent, `length` bytes, to the end if absent [SI-I-13].
 * Undefined when that is no part of the file. [SI-I-14]
 */
export function resolveRange(range: RequestedRange, size: number): FileRange | undefined {
  const { offset = 0, length = size - offset } = range;
  return offset <= size && offset + length <= size ? { offset, length } : undefined;
}
