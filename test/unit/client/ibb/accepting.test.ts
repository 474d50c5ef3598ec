// In-band bytestreams that a scripted peer opens: what is taken, what is answered, and how they end.

import { buffer, text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from 'vitest';
import type { IbbStream } from '../../../../src/client/ibb/ibb-stream.ts';
import { InBandBytestreams } from '../../../../src/client/ibb/in-band.ts';
import type { InBandOptions } from '../../../../src/client/ibb/options.ts';
import { Session } from '../../../../src/client/session.ts';
import { IBB, writeBlock, writeClose, writeOpen } from '../../../../src/wire/ibb.ts';
import { xml } from '../../../../src/wire/xml.ts';
import { outcomeOf, PEER, ScriptedPeer } from '../../../support/client/scripted-peer.ts';

const sid = 's1';
const open = { sid, blockSize: 4096, stanza: 'iq' } as const;
const block = (seq: number, bytes: string | Buffer = 'x', of = sid) =>
  writeBlock({ sid: of, seq, bytes: Buffer.from(bytes) });

let inBand: InBandBytestreams | undefined;
afterEach(() => inBand?.close());

function start(options: InBandOptions = {}) {
  const peer = new ScriptedPeer();
  inBand = new InBandBytestreams(new Session(peer.entity), options);
  return { peer, inBand };
}

/** A stream that the peer has opened; its errors are the test's to look at. */
async function opened(options: InBandOptions = {}, blockSize = 4096) {
  const { peer, inBand } = start(options);
  const accepted = inBand.accept(PEER, sid);
  expect(outcomeOf(await peer.ask(writeOpen({ ...open, blockSize })))).toBe('result'); // [IBB-03]
  const stream: IbbStream = await accepted;
  const failed = new Promise<Error>((resolve) => stream.once('error', resolve));
  return { peer, inBand, stream, failed };
}

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
    const { peer, inBand } = await opened();
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

describe('data', () => {
  it('is read in order, empty blocks included, until the close [IBB-09] [IBB-18] [IBB-21]', async () => {
    const { peer, stream } = await opened();
    for (const [seq, bytes] of ['one ', '', 'two'].entries())
      expect(outcomeOf(await peer.ask(block(seq, bytes)))).toBe('result');
    expect(outcomeOf(await peer.ask(writeClose(sid)))).toBe('result');
    expect(await text(stream)).toBe('one two');
  });

  it('may come in messages, whatever was opened [IBB-25]', async () => {
    const { peer, stream } = await opened();
    peer.message(block(0, 'by '));
    peer.message(block(1, 'post'));
    await peer.ask(writeClose(sid));
    expect(await text(stream)).toBe('by post');
  });

  it('may be wrapped [IBB-16]', async () => {
    const { peer, stream } = await opened();
    await peer.ask(xml('data', { xmlns: IBB, sid, seq: '0' }, '\n  aGVs\n  bG8=\n'));
    await peer.ask(writeClose(sid));
    expect(await text(stream)).toBe('hello');
  });

  it('goes on after block 65535 with block 0 [IBB-08]', async () => {
    const { peer, stream } = await opened();
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
    const { peer } = await opened();
    expect(outcomeOf(await peer.ask(data, from))).toBe('item-not-found/cancel');
  });

  it('for an unknown stream in a message is refused by a message, and an error by nothing', async () => {
    const { peer } = await opened();
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
    const { peer, failed } = await opened();
    await peer.ask(block(0));
    expect(outcomeOf(await peer.ask(block(seq)))).toBe('unexpected-request/cancel');
    await peer.next('close');
    expect(outcomeOf(await peer.ask(block(1)))).toBe('item-not-found/cancel');
    expect(await failed).toMatchObject({ code: 'interrupted' });
  });

  it.each(['Zm9', '====', 'Zm=v', 'a!b?', 'Zm9v_w==', 'Zg==Zg=='])(
    'that is no base64, such as "%s", is refused, and may be sent again [IBB-15]',
    async (characters) => {
      const { peer, stream } = await opened();
      const bad = xml('data', { xmlns: IBB, sid, seq: '0' }, characters);
      expect(outcomeOf(await peer.ask(bad))).toBe('bad-request/cancel');
      expect(outcomeOf(await peer.ask(block(0, 'good')))).toBe('result');
      expect(stream.read()?.toString()).toBe('good');
    },
  );

  it('of a whole block before base64 is taken, and of one byte more ends the stream [IBB-07] [IBB-17]', async () => {
    const { peer, failed } = await opened({}, 16);
    expect(outcomeOf(await peer.ask(block(0, 'x'.repeat(16))))).toBe('result');
    expect(outcomeOf(await peer.ask(block(1, 'x'.repeat(17))))).toBe('bad-request/cancel');
    await peer.next('close');
    expect(await failed).toMatchObject({ code: 'interrupted' });
  });

  it('is answered only when there is room for more', async () => {
    const { peer, stream } = await opened({}, 65_535);
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
    const { peer, failed } = await opened({}, 65_535);
    const ids = Array.from({ length: 129 }, (_, seq) => peer.send(block(seq, Buffer.alloc(65_535))));
    expect(outcomeOf(await peer.answerTo(ids.at(-1) ?? ''))).toBe('resource-constraint/cancel');
    expect(await failed).toMatchObject({ code: 'interrupted' });
  });
});

describe('the end', () => {
  it('is answered after what we had written was taken [IBB-21]', async () => {
    const { peer, stream } = await opened();
    stream.write('last words');
    const data = await peer.next('data');
    const close = peer.send(writeClose(sid));
    expect(await text(stream)).toBe('');
    expect(peer.unread).toEqual([]);
    peer.accept(data);
    expect(outcomeOf(await peer.answerTo(close))).toBe('result');
  });

  it('of an unknown stream is refused [IBB-22], as is data after it [IBB-23]', async () => {
    const { peer } = await opened();
    expect(outcomeOf(await peer.ask(writeClose('other')))).toBe('item-not-found/cancel');
    await peer.ask(writeClose(sid));
    expect(outcomeOf(await peer.ask(writeClose(sid)))).toBe('item-not-found/cancel');
    expect(outcomeOf(await peer.ask(block(0)))).toBe('item-not-found/cancel');
  });

  it('comes when the peer goes offline [IBB-28]', async () => {
    const { peer, failed } = await opened();
    peer.presence('unavailable');
    expect(await failed).toMatchObject({ code: 'interrupted', message: expect.stringContaining('offline') });
  });

  it('comes when the peer sends nothing for too long [IBB-28]', async () => {
    const { peer, failed } = await opened({ idleMs: 1 });
    expect(await failed).toMatchObject({ code: 'timed-out' });
    await peer.next('close');
  });

  it('comes with the end of our session', async () => {
    const { peer, failed } = await opened();
    peer.entity.disconnect();
    expect(await failed).toMatchObject({ code: 'offline' });
  });

  it('comes when the reader has had enough, and the peer is told', async () => {
    const { peer, stream } = await opened();
    stream.destroy();
    await peer.next('close');
    expect(outcomeOf(await peer.ask(block(0)))).toBe('item-not-found/cancel');
  });
});
