// The `<file/>` of an offer: name, size, and what else is told of a file. [XEP-0096 §3]

import { parseDigits } from './digits.ts';
import { attribute, carriable, type Element, findChildren, xml } from './xml.ts';

export interface OfferedFile {
  /** Without a folder when we offer; from others it is hostile until a sink has made a file name of it. [SI-R-16] */
  readonly name: string;
  /** Bytes. From others it may be more than any disc has, even Infinity. */
  readonly size: number;
  /** When it was last changed. */
  readonly date?: Date;
  /** MD5 of the whole file in lower-case hex, also when only a part is sent; from others any text. */
  readonly hash?: string;
  readonly description?: string;
  /** True when the sender can begin anywhere in the file. [SI-I-09] */
  readonly hasRanges: boolean;
}

/** [SI-I-07] [SI-I-08] */
export function writeFile(
  { name, size, date, hash, description, hasRanges }: OfferedFile,
  xmlns: string,
): Element {
  const file = xml('file', {
    xmlns,
    name: carriable(name),
    size,
    ...(hash === undefined ? {} : { hash }),
    ...(date === undefined ? {} : { date: date.toISOString().replace(/\.\d+Z$/, 'Z') }), // [XEP-0082 §3.2]
  });
  if (description !== undefined) file.append(xml('desc', {}, carriable(description)));
  if (hasRanges) file.append(xml('range'));
  return file;
}

/** Undefined without a name, or with a size that is no number of bytes [SI-R-03]. A date that is none is left out. */
export function readFile(file: Element, xmlns: string): OfferedFile | undefined {
  const name = attribute(file, 'name') ?? '';
  const size = parseDigits(attribute(file, 'size') ?? '');
  if (name === '' || size === undefined) return undefined;
  const date = new Date(attribute(file, 'date') ?? '');
  const hash = (attribute(file, 'hash') ?? '').trim().toLowerCase();
  const description = findChildren(file, 'desc', xmlns)[0]?.getText();
  return {
    name,
    size,
    ...(Number.isNaN(date.getTime()) ? {} : { date }),
    ...(hash === '' ? {} : { hash }),
    ...(description === undefined ? {} : { description }),
    hasRanges: findChildren(file, 'range', xmlns).length > 0,
  };
}
