// The end of an in-band bytestream that we opened.

import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { writeBlock, writeClose } from '../../../../src/wire/ibb.ts';
import { outcomeOf, PEER } from '../../../support/client/scripted-peer.ts';
import { openedByUs, sid } from './fixture.ts';

describe('closing', () => {
  it('comes after the last answer, and waits for its own [IBB-21] [IBB-24]', async () => {
    const { peer, stream } = await openedByUs();
    stream.end('x');
    const data = await peer.next('data');
    expect(peer.unread).toEqual([]);
    peer.accept(data);
    const close = await peer.next('close');
    expect(stream.writableFinished).toBe(false);
    peer.accept(close);
    await once(stream, 'finish');
  });

  it('takes what the peer had still to say [IBB-21]', async () => {
    const { peer, stream } = await openedByUs();
    stream.end();
    const close = await peer.next('close');
    expect(outcomeOf(await peer.ask(writeBlock({ sid, seq: 0, bytes: Buffer.from('bye') })))).toBe('result');
    peer.accept(close);
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(chunk);
    expect(Buffer.concat(chunks).toString()).toBe('bye');
  });

  it('counts as done when the peer knows the stream no longer [IBB-22]', async () => {
    const { peer, stream } = await openedByUs();
    stream.end();
    peer.refuse(await peer.next('close'), 'item-not-found');
    await once(stream, 'finish');
  });

  it('counts as done when the peer has gone with its answer to the last block', async () => {
    const { peer, stream } = await openedByUs();
    stream.end('x');
    peer.accept(await peer.next('data'));
    peer.refuse(await peer.next('close'), 'service-unavailable');
    await once(stream, 'finish');
  });

  it('counts as done when the peer never answers it (libpurple)', async () => {
    const { peer, stream } = await openedByUs({ closeMs: 1 });
    stream.end('x');
    peer.accept(await peer.next('data'));
    await once(stream, 'finish');
  });

  it('by the peer in the middle fails what is written then [IBB-24]', async () => {
    const { peer, stream, failed } = await openedByUs({}, { blockSize: 1, window: 1 });
    stream.write('abc');
    const first = await peer.next('data');
    const close = peer.send(writeClose(sid));
    peer.accept(first);
    peer.accept(await peer.next('data'));
    await peer.answerTo(close);
    expect(await failed).toMatchObject({ code: 'interrupted' });
  });

  it('may be done twice, and ends every stream and all waiting', async () => {
    const { peer, inBand, stream } = await openedByUs();
    const waiting = expect(inBand.accept(PEER, 'other')).rejects.toMatchObject({ code: 'cancelled' });
    inBand.close();
    inBand.close();
    await waiting;
    await peer.next('close');
    expect(stream.destroyed).toBe(true);
  });
});
