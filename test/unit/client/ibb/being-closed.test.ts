// The end of an in-band bytestream that the peer opened.

import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { writeClose } from '../../../../src/wire/ibb.ts';
import { outcomeOf } from '../../../support/client/scripted-peer.ts';
import { block, openedByPeer, sid } from './fixture.ts';

describe('the end', () => {
  it('is answered after what we had written was taken [IBB-21]', async () => {
    const { peer, stream } = await openedByPeer();
    stream.write('last words');
    const data = await peer.next('data');
    const close = peer.send(writeClose(sid));
    expect(await text(stream)).toBe('');
    expect(peer.unread).toEqual([]);
    peer.accept(data);
    expect(outcomeOf(await peer.answerTo(close))).toBe('result');
  });

  it('of an unknown stream is refused [IBB-22], as is data after it [IBB-23]', async () => {
    const { peer } = await openedByPeer();
    expect(outcomeOf(await peer.ask(writeClose('other')))).toBe('item-not-found/cancel');
    await peer.ask(writeClose(sid));
    expect(outcomeOf(await peer.ask(writeClose(sid)))).toBe('item-not-found/cancel');
    expect(outcomeOf(await peer.ask(block(0)))).toBe('item-not-found/cancel');
  });

  it('comes when the peer goes offline [IBB-28]', async () => {
    const { peer, failed } = await openedByPeer();
    peer.presence('unavailable');
    expect(await failed).toMatchObject({ code: 'interrupted', message: expect.stringContaining('offline') });
  });

  it('comes when the peer sends nothing for too long [IBB-28]', async () => {
    const { peer, failed } = await openedByPeer({ idleMs: 1 });
    expect(await failed).toMatchObject({ code: 'timed-out' });
    await peer.next('close');
  });

  it('comes with the end of our session', async () => {
    const { peer, failed } = await openedByPeer();
    peer.entity.disconnect();
    expect(await failed).toMatchObject({ code: 'offline' });
  });

  it('comes when the reader has had enough, and the peer is told', async () => {
    const { peer, stream } = await openedByPeer();
    stream.destroy();
    await peer.next('close');
    expect(outcomeOf(await peer.ask(block(0)))).toBe('item-not-found/cancel');
  });
});
