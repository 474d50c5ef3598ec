// Data on an in-band bytestream that the peer opened: what is taken, what is refused, and when it is answered.

import { buffer, text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { IBB, writeClose } from '../../../../src/wire/ibb.ts';
import { xml } from '../../../../src/wire/xml.ts';
import { outcomeOf, PEER } from '../../../support/client/scripted-peer.ts';
import { block, openedByPeer, sid } from './fixture.ts';

describe('data', () => {
  it('is read in order, empty blocks included, until the close [IBB-09] [IBB-18] [IBB-21]', async () => {
    const { peer, stream } = await openedByPeer();
    for (const [seq, bytes] of ['one ', '', 'two'].entries())
      expect(outcomeOf(await peer.ask(block(seq, bytes)))).toBe('result');
    expect(outcomeOf(await peer.ask(writeClose(sid)))).toBe('result');
    expect(await text(stream)).toBe('one two');
  });

  it('may come in messages, whatever was opened [IBB-25]', async () => {
    const { peer, stream } = await openedByPeer();
    peer.message(block(0, 'by '));
    peer.message(block(1, 'post'));
    await peer.ask(writeClose(sid));
    expect(await text(stream)).toBe('by post');
  });

  it('may be wrapped [IBB-16]', async () => {
    const { peer, stream } = await openedByPeer();
    await peer.ask(xml('data', { xmlns: IBB, sid, seq: '0' }, '\n  aGVs\n  bG8=\n'));
    await peer.ask(writeClose(sid));
    expect(await text(stream)).toBe('hello');
  });

  it('goes on after block 65535 with block 0 [IBB-08]', async () => {
    const { peer, stream } = await openedByPeer();
    const all = buffer(stream);
    const blocks = 65_540;
    for (let index = 0; index < blocks; index++) peer.message(block(index % 65_536));
    expect(outcomeOf(await peer.ask(block(blocks % 65_536)))).toBe('result');
    await peer.ask(writeClose(sid));
    expect((await all).length).toBe(blocks + 1);
  });

  it.each([
    ['an unknown stream', block(0, 'x', 'other'), PEER],
    ["another JID's stream", block(0), 'mallory@example.org/x'],
    ['the same account on another resource', block(0), 'bob@example.org/other'],
  ])('for %s is refused [IBB-11]', async (_, data, from) => {
    const { peer } = await openedByPeer();
    expect(outcomeOf(await peer.ask(data, from))).toBe('item-not-found/cancel');
  });

  it('for an unknown stream in a message is refused by a message, and an error by nothing', async () => {
    const { peer } = await openedByPeer();
    peer.message(block(0, 'x', 'other'), { id: 'm1', type: 'error' });
    peer.message(block(0, 'x', 'other'), { id: 'm2' });
    expect(outcomeOf(await peer.next('error'))).toBe('item-not-found/cancel');
    expect(peer.unread).toEqual([]);
  });

  it.each([
    ['was there before [IBB-12]', 0],
    ['leaves one out [IBB-13]', 2],
    ['is far ahead [IBB-14]', 40_000],
  ])('that %s ends the stream', async (_, seq) => {
    const { peer, failed } = await openedByPeer();
    await peer.ask(block(0));
    expect(outcomeOf(await peer.ask(block(seq)))).toBe('unexpected-request/cancel');
    await peer.next('close');
    expect(outcomeOf(await peer.ask(block(1)))).toBe('item-not-found/cancel');
    expect(await failed).toMatchObject({ code: 'interrupted' });
  });

  it.each(['Zm9', '====', 'Zm=v', 'a!b?', 'Zm9v_w==', 'Zg==Zg=='])(
    'that is no base64, such as "%s", is refused, and may be sent again [IBB-15]',
    async (characters) => {
      const { peer, stream } = await openedByPeer();
      const bad = xml('data', { xmlns: IBB, sid, seq: '0' }, characters);
      expect(outcomeOf(await peer.ask(bad))).toBe('bad-request/cancel');
      expect(outcomeOf(await peer.ask(block(0, 'good')))).toBe('result');
      expect(stream.read()?.toString()).toBe('good');
    },
  );

  it('of a whole block before base64 is taken, and of one byte more ends the stream [IBB-07] [IBB-17]', async () => {
    const { peer, failed } = await openedByPeer({}, 16);
    expect(outcomeOf(await peer.ask(block(0, 'x'.repeat(16))))).toBe('result');
    expect(outcomeOf(await peer.ask(block(1, 'x'.repeat(17))))).toBe('bad-request/cancel');
    await peer.next('close');
    expect(await failed).toMatchObject({ code: 'interrupted' });
  });

  it('is answered only when there is room for more', async () => {
    const { peer, stream } = await openedByPeer({}, 65_535);
    const answered: number[] = [];
    const size = 65_535;
    const answers = Array.from({ length: 6 }, (_, seq) =>
      peer.ask(block(seq, Buffer.alloc(size))).then(() => answered.push(seq)),
    );
    await Promise.all(answers.slice(0, 4));
    expect(answered).toEqual([0, 1, 2, 3]);
    stream.resume();
    await Promise.all(answers);
  });

  it('that goes on without our answers ends the stream', async () => {
    const { peer, failed } = await openedByPeer({}, 65_535);
    const ids = Array.from({ length: 129 }, (_, seq) => peer.send(block(seq, Buffer.alloc(65_535))));
    expect(outcomeOf(await peer.answerTo(ids.at(-1) ?? ''))).toBe('resource-constraint/cancel');
    expect(await failed).toMatchObject({ code: 'interrupted' });
  });
});
