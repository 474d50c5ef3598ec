// In-band bytestreams as XML: open, data and close, read and written. [XEP-0047 §2]

import { decodeBase64 } from './base64.ts';
import { parseDigits } from './digits.ts';
import { attribute, type Element, xml } from './xml.ts';

export const IBB = 'http://jabber.org/protocol/ibb';
export const MAX_BLOCK_SIZE = 65_535;
/** Blocks are numbered from 0; after the last of these numbers comes 0 again. [IBB-08] */
export const SEQ_MODULUS = 65_536;

/** What carries the data. */
export type Carrier = 'iq' | 'message';

export interface Open {
  readonly sid: string;
  /** The most bytes in a block, counted before base64. [IBB-07] */
  readonly blockSize: number;
  readonly stanza: Carrier;
}

export interface Block {
  readonly sid: string;
  readonly seq: number;
  readonly bytes: Buffer;
}

export type ReadOpen =
  | { readonly ok: true; readonly open: Open }
  | { readonly ok: false; readonly reason: 'bad-request' };

/** `sid` is told where it could be read, so that the stream can be closed. */
export type ReadBlock =
  | { readonly ok: true; readonly block: Block }
  | { readonly ok: false; readonly reason: 'bad-request'; readonly sid?: string };

/** [IBB-01] The carrier is left out where it is the default, as older software does not know it. */
export function writeOpen({ sid, blockSize, stanza }: Open): Element {
  const carrier = stanza === 'iq' ? {} : { stanza };
  return xml('open', { xmlns: IBB, sid, 'block-size': blockSize, ...carrier });
}

/** [IBB-06] [IBB-26] */
export function readOpen(open: Element): ReadOpen {
  const sid = attribute(open, 'sid') ?? '';
  const blockSize = parseDigits(attribute(open, 'block-size') ?? '') ?? 0;
  const stanza = attribute(open, 'stanza') ?? 'iq';
  if (sid === '' || blockSize < 1 || blockSize > MAX_BLOCK_SIZE || !isCarrier(stanza))
    return { ok: false, reason: 'bad-request' };
  return { ok: true, open: { sid, blockSize, stanza } };
}

/** Without white space, as XEP-0047 §6 has it. [IBB-16] */
export function writeBlock({ sid, seq, bytes }: Block): Element {
  return xml('data', { xmlns: IBB, sid, seq }, bytes.toString('base64'));
}

/** An empty block is valid. [IBB-15] [IBB-16] [IBB-18] */
export function readBlock(data: Element): ReadBlock {
  const sid = attribute(data, 'sid') ?? '';
  const seq = parseDigits(attribute(data, 'seq') ?? '');
  const bytes = decodeBase64(data.getText());
  if (sid === '') return { ok: false, reason: 'bad-request' };
  if (seq === undefined || seq >= SEQ_MODULUS || bytes === undefined)
    return { ok: false, reason: 'bad-request', sid };
  return { ok: true, block: { sid, seq, bytes } };
}

/** [IBB-21] */
export function writeClose(sid: string): Element {
  return xml('close', { xmlns: IBB, sid });
}

function isCarrier(text: string): text is Carrier {
  return text === 'iq' || text === 'message';
}
