// JIDs and addresses as they are logged: in full, or as a keyed hash that only tells what belongs together. [S5B-P-89]

import { createHmac, randomBytes } from 'node:crypto';
import { bareJid, normaliseJid, parseJid } from '../wire/jid.ts';

/** What is hidden. */
export interface Mask {
  readonly jids: boolean;
  readonly addresses: boolean;
}

/** How whoever can be recognised is written. */
export interface Writer {
  jid(jid: string): string;
  address(address: string): string;
}

/** Never leaves the process, so that nobody can try out JIDs and addresses against an old log. */
const KEY_OF_THIS_PROCESS = randomBytes(32);

/** @param key of the hashes; default: one that changes with every start, and the hashes with it */
export function createWriter({ jids, addresses }: Mask, key: string | Buffer = KEY_OF_THIS_PROCESS): Writer {
  const hash = (text: string) => createHmac('sha256', key).update(text).digest('hex').slice(0, 16);
  return {
    jid: jids ? (jid) => `jid:${hash(person(jid))}` : (jid) => jid,
    address: addresses ? (address) => `ip:${hash(plain(address))}` : plain,
  };
}

/** One hash for all resources and spellings of a person. */
function person(text: string): string {
  const jid = parseJid(text);
  return jid === undefined ? text : bareJid(normaliseJid(jid));
}

/** What a dual-stack listener reports as ::ffff:192.0.2.1 is 192.0.2.1 to everyone else. */
function plain(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '');
}
