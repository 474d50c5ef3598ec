// In-band bytestreams with a scripted peer, opened by one side or the other.

import { onTestFinished } from 'vitest';
import type { IbbStream } from '../../../../src/client/ibb/ibb-stream.ts';
import { InBandBytestreams } from '../../../../src/client/ibb/in-band.ts';
import type { OpenOptions } from '../../../../src/client/ibb/open.ts';
import type { InBandOptions } from '../../../../src/client/ibb/options.ts';
import { Session } from '../../../../src/client/session.ts';
import { writeBlock, writeOpen } from '../../../../src/wire/ibb.ts';
import type { Element } from '../../../../src/wire/xml.ts';
import { PEER, ScriptedPeer } from '../../../support/client/scripted-peer.ts';

export const sid = 's1';
export const open = { sid, blockSize: 4096, stanza: 'iq' } as const;
export const block = (seq: number, bytes: string | Buffer = 'x', of = sid) =>
  writeBlock({ sid: of, seq, bytes: Buffer.from(bytes) });

export const seqOf = (stanza: Element) => Number(stanza.getChild('data')?.attrs.seq);
export const textOf = (stanza: Element) =>
  Buffer.from(stanza.getChild('data')?.getText() ?? '', 'base64').toString();

export function start(options: InBandOptions = {}) {
  const peer = new ScriptedPeer();
  const inBand = new InBandBytestreams(new Session(peer.entity), options);
  onTestFinished(() => inBand.close());
  return { peer, inBand };
}

/** A stream that the peer has opened; its errors are the test's to look at. */
export async function openedByPeer(options: InBandOptions = {}, blockSize = 4096) {
  const { peer, inBand } = start(options);
  const accepted = inBand.accept(PEER, sid);
  await peer.ask(writeOpen({ ...open, blockSize }));
  return { peer, inBand, ...watch(await accepted) };
}

/** A stream that we have opened. */
export async function openedByUs(options: InBandOptions = {}, opening: OpenOptions = {}) {
  const { peer, inBand } = start(options);
  const opened = inBand.open(PEER, sid, opening);
  peer.accept(await peer.next('open'));
  return { peer, inBand, ...watch(await opened) };
}

function watch(stream: IbbStream) {
  const failed = new Promise<Error & { code?: string }>((resolve) => stream.once('error', resolve));
  return { stream, failed };
}
