// In-band bytestreams that we open: what is offered, and what comes of the answers.

import { describe, expect, it } from 'vitest';
import { PEER } from '../../../support/client/scripted-peer.ts';
import { openedByUs, sid, start } from './fixture.ts';

describe('opening', () => {
  it('offers blocks of 4096 bytes in iqs, and sends nothing before the answer [IBB-01] [IBB-02] [IBB-03]', async () => {
    const { peer, inBand } = start();
    const opened = inBand.open(PEER, sid);
    const request = await peer.next('open');
    expect(request.getChild('open')?.attrs).toMatchObject({ sid, 'block-size': '4096' });
    expect(peer.unread).toEqual([]);
    peer.accept(request);
    expect((await opened).blockSize).toBe(4096);
  });

  it('halves the blocks until the peer finds them small enough [IBB-04]', async () => {
    const { peer, inBand } = start();
    const opened = inBand.open(PEER, sid);
    for (const size of [4096, 2048]) {
      const request = await peer.next('open');
      expect(request.getChild('open')?.attrs['block-size']).toBe(`${size}`);
      peer.refuse(request, 'resource-constraint', 'modify');
    }
    peer.accept(await peer.next('open'));
    expect((await opened).blockSize).toBe(1024);
  });

  it('gives up when no block is small enough [IBB-04]', async () => {
    const { peer, inBand } = start();
    const failed = expect(inBand.open(PEER, sid, { blockSize: 512 })).rejects.toMatchObject({
      code: 'refused',
    });
    for (const _ of [512, 256]) peer.refuse(await peer.next('open'), 'resource-constraint', 'modify');
    await failed;
  });

  it.each([
    ['not-acceptable', 'refused'],
    ['service-unavailable', 'not-supported'],
    ['feature-not-implemented', 'not-supported'],
    ['item-not-found', 'stanza-error'],
  ])('that is answered %s fails as %s', async (condition, code) => {
    const { peer, inBand } = start();
    const failed = expect(inBand.open(PEER, sid)).rejects.toMatchObject({ code });
    peer.refuse(await peer.next('open'), condition);
    await failed;
  });

  it('that is not answered times out, and can be cancelled', async () => {
    const { inBand } = start();
    await expect(inBand.open(PEER, sid, { timeoutMs: 1 })).rejects.toMatchObject({ code: 'timed-out' });
    const signal = AbortSignal.abort();
    await expect(inBand.open(PEER, sid, { signal })).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('of a stream that is open is an error', async () => {
    const { inBand } = await openedByUs();
    await expect(inBand.open(PEER, sid)).rejects.toThrow('already');
  });
});
