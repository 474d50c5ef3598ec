// Stream Initiation with the file-transfer profile: the offer of a file, and the answer that accepts it. [XEP-0095 §4, XEP-0096 §3]

import {
  readChosenMethods,
  readOfferedMethods,
  writeChosenMethod,
  writeOfferedMethods,
} from './feature-neg.ts';
import { type OfferedFile, readFile, writeFile } from './si-file.ts';
import { type RequestedRange, readRange, writeRange } from './si-range.ts';
import { attribute, carriable, type Element, findChildren, xml } from './xml.ts';

export const SI = 'http://jabber.org/protocol/si';
export const FILE_TRANSFER = 'http://jabber.org/protocol/si/profile/file-transfer';

const DEFAULT_MIME_TYPE = 'application/octet-stream';

export interface Offer {
  /** Names the stream that follows: the sid of S5B and of IBB. */
  readonly id: string;
  readonly mimeType?: string;
  readonly file: OfferedFile;
  /** Namespaces of the stream methods, the preferred one first. */
  readonly methods: readonly string[];
}

/**
 * Why an offer is refused before anyone is asked: no id; another profile, or a file that is not described as the
 * profile demands; no stream method at all.
 */
export type OfferFault = 'bad-request' | 'bad-profile' | 'no-valid-streams';

export type ReadOffer =
  | { readonly ok: true; readonly offer: Offer & { readonly mimeType: string } }
  | { readonly ok: false; readonly reason: OfferFault };

export interface Answer {
  readonly method: string;
  /** The part of the file that is wanted; the whole of it if absent. */
  readonly range?: RequestedRange;
}

export type ReadAnswer =
  | {
      readonly ok: true;
      /** At least one; Smack chooses all that it can. [SI-I-11] */
      readonly methods: readonly string[];
      readonly range?: RequestedRange;
    }
  | { readonly ok: false; readonly reason: 'no-method' | 'bad-range' };

/** The `<si/>` of an iq set, with exactly one profile element. [SI-I-03] [SI-I-05] */
export function writeOffer({ id, mimeType = DEFAULT_MIME_TYPE, file, methods }: Offer): Element {
  const attributes = { xmlns: SI, id, 'mime-type': carriable(mimeType), profile: FILE_TRANSFER };
  return xml('si', attributes, writeFile(file, FILE_TRANSFER), writeOfferedMethods(methods));
}

/** Reads the `<si/>` of an iq set. Methods that nobody here knows are kept; whoever chooses skips them. [SI-R-03] [SI-R-04] */
export function readOffer(si: Element): ReadOffer {
  const id = attribute(si, 'id') ?? '';
  if (id === '') return { ok: false, reason: 'bad-request' };
  if (attribute(si, 'profile') !== FILE_TRANSFER) return { ok: false, reason: 'bad-profile' }; // [SI-R-02]
  const [element, ...more] = findChildren(si, 'file', FILE_TRANSFER);
  const file = element && more.length === 0 ? readFile(element, FILE_TRANSFER) : undefined;
  if (file === undefined) return { ok: false, reason: 'bad-profile' };
  const methods = readOfferedMethods(si);
  if (methods.length === 0) return { ok: false, reason: 'no-valid-streams' };
  return {
    ok: true,
    offer: { id, mimeType: attribute(si, 'mime-type') ?? DEFAULT_MIME_TYPE, file, methods },
  };
}

/** The `<si/>` of the result: no attributes, one method, and a `<file/>` only to ask for a range. [SI-R-06] [SI-R-07] */
export function writeAnswer({ method, range }: Answer): Element {
  const si = xml('si', { xmlns: SI });
  if (range !== undefined) si.append(xml('file', { xmlns: FILE_TRANSFER }, writeRange(range)));
  si.append(writeChosenMethod(method));
  return si;
}

/** Reads the payload of the result. `<file/>` may be missing or have more than it should. [SI-I-12] [SI-I-13] */
export function readAnswer(si: Element): ReadAnswer {
  const methods = readChosenMethods(si);
  if (methods.length === 0) return { ok: false, reason: 'no-method' };
  const range = findChildren(si, 'file', FILE_TRANSFER).flatMap((file) =>
    findChildren(file, 'range', FILE_TRANSFER),
  )[0];
  if (range === undefined) return { ok: true, methods };
  const read = readRange(range);
  return read === undefined ? { ok: false, reason: 'bad-range' } : { ok: true, methods, range: read };
}
