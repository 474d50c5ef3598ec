// Offers of files and in-band bytes from a scripted peer, for tests of those who receive.

import { BYTESTREAMS } from '../../../src/wire/bytestreams.ts';
import { IBB, writeBlock, writeClose, writeOpen } from '../../../src/wire/ibb.ts';
import { writeOffer } from '../../../src/wire/si.ts';
import type { OfferedFile } from '../../../src/wire/si-file.ts';
import type { Element } from '../../../src/wire/xml.ts';
import type { ScriptedPeer } from './scripted-peer.ts';

/** The `<si/>` of an offer. */
export function offerOf(
  id: string,
  file: Partial<OfferedFile> = {},
  methods: readonly string[] = [BYTESTREAMS, IBB],
): Element {
  return writeOffer({ id, file: { name: 'a.txt', size: 5, hasRanges: true, ...file }, methods });
}

/** Opens an in-band bytestream, sends the bytes in one block each, and closes it. The answers to all of it. */
export async function sendInBand(
  peer: ScriptedPeer,
  sid: string,
  ...blocks: (string | Buffer)[]
): Promise<Element[]> {
  const answers = [await peer.ask(writeOpen({ sid, blockSize: 4096, stanza: 'iq' }))];
  for (const [seq, block] of blocks.entries())
    answers.push(await peer.ask(writeBlock({ sid, seq, bytes: Buffer.from(block) })));
  answers.push(await peer.ask(writeClose(sid)));
  return answers;
}
