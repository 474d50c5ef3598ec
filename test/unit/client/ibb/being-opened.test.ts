// In-band bytestreams that a peer opens: who may, and how.

import { describe, expect, it } from 'vitest';
import { IBB, writeOpen } from '../../../../src/wire/ibb.ts';
import { xml } from '../../../../src/wire/xml.ts';
import { outcomeOf, PEER } from '../../../support/client/scripted-peer.ts';
import { open, openedByPeer, sid, start } from './fixture.ts';

describe('an open', () => {
  it('that nobody waits for is refused [IBB-05]', async () => {
    const { peer } = start();
    expect(outcomeOf(await peer.ask(writeOpen(open)))).toBe('not-acceptable/cancel');
  });

  it('by somebody else than the one who is waited for is refused [IBB-05]', async () => {
    const { peer, inBand } = start();
    inBand.accept(PEER, sid).catch(() => {});
    expect(outcomeOf(await peer.ask(writeOpen(open), 'mallory@example.org/x'))).toBe('not-acceptable/cancel');
  });

  it.each([
    ['no block-size', { sid }],
    ['a block-size of 0', { sid, 'block-size': '0' }],
    ['a block-size over 65535', { sid, 'block-size': '65536' }],
    ['a block-size that is no number', { sid, 'block-size': 'big' }],
    ['no sid', { 'block-size': '4096' }],
    ['a stanza that there is not [IBB-26]', { sid, 'block-size': '4096', stanza: 'presence' }],
  ])('with %s is a bad request [IBB-06]', async (_, attributes) => {
    const { peer, inBand } = start();
    inBand.accept(PEER, sid).catch(() => {});
    expect(outcomeOf(await peer.ask(xml('open', { xmlns: IBB, ...attributes })))).toBe('bad-request/modify');
  });

  it('with larger blocks than we take is refused, and may be tried again with smaller ones [IBB-04]', async () => {
    const { peer, inBand } = start({ maxBlockSize: 2048 });
    const accepted = inBand.accept(PEER, sid);
    expect(outcomeOf(await peer.ask(writeOpen(open)))).toBe('resource-constraint/modify');
    expect(outcomeOf(await peer.ask(writeOpen({ ...open, blockSize: 2048 })))).toBe('result');
    expect((await accepted).blockSize).toBe(2048);
  });

  it('of a stream that is open is refused [IBB-06]', async () => {
    const { peer, inBand } = await openedByPeer();
    inBand.accept(PEER, sid).catch(() => {});
    expect(outcomeOf(await peer.ask(writeOpen(open)))).toBe('not-acceptable/cancel');
  });

  it('for messages is refused where they are off [IBB-26]', async () => {
    const { peer, inBand } = start({ acceptMessages: false });
    inBand.accept(PEER, sid).catch(() => {});
    expect(outcomeOf(await peer.ask(writeOpen({ ...open, stanza: 'message' })))).toBe(
      'not-acceptable/cancel',
    );
  });

  it('that does not come in time is waited for no longer', async () => {
    const { inBand } = start();
    await expect(inBand.accept(PEER, sid, AbortSignal.timeout(1))).rejects.toMatchObject({
      code: 'timed-out',
    });
    await expect(inBand.accept(PEER, sid, AbortSignal.abort())).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('can be waited for once', async () => {
    const { inBand } = start();
    inBand.accept(PEER, sid).catch(() => {});
    await expect(inBand.accept(PEER, sid)).rejects.toThrow('somebody waits');
  });
});
