// In-band bytestreams that we open to a scripted peer: negotiation, the window, errors, and how they end.

import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { InBandBytestreams } from '../../../../src/client/ibb/in-band.ts';
import type { OpenOptions } from '../../../../src/client/ibb/open.ts';
import type { InBandOptions } from '../../../../src/client/ibb/options.ts';
import { Session } from '../../../../src/client/session.ts';
import { writeBlock, writeClose } from '../../../../src/wire/ibb.ts';
import { attribute, type Element } from '../../../../src/wire/xml.ts';
import { outcomeOf, PEER, ScriptedPeer } from '../../../support/client/scripted-peer.ts';

const sid = 's1';

let inBand: InBandBytestreams | undefined;
afterEach(() => inBand?.close());

function start(options: InBandOptions = {}) {
  const peer = new ScriptedPeer();
  inBand = new InBandBytestreams(new Session(peer.entity), options);
  return { peer, inBand };
}

/** A stream that the peer agreed to; its errors are the test's to look at. */
async function opened(options: InBandOptions = {}, opening: OpenOptions = {}) {
  const { peer, inBand } = start(options);
  const opened = inBand.open(PEER, sid, opening);
  peer.accept(await peer.next('open'));
  const stream = await opened;
  const failed = new Promise<Error & { code?: string }>((resolve) => stream.once('error', resolve));
  return { peer, inBand, stream, failed };
}

const dataOf = (stanza: Element) => stanza.getChild('data');
const seqOf = (stanza: Element) => Number(dataOf(stanza)?.attrs.seq);
const textOf = (stanza: Element) => Buffer.from(dataOf(stanza)?.getText() ?? '', 'base64').toString();

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
    const { inBand } = await opened();
    await expect(inBand.open(PEER, sid)).rejects.toThrow('already');
  });
});

describe('sending', () => {
  it('sends the first block alone, then as many as the window has room for [IBB-10]', async () => {
    const { peer, stream } = await opened({}, { blockSize: 4, window: 3 });
    stream.write('aaaabbbbccccddddeeeeff');
    const first = await peer.next('data');
    expect([seqOf(first), textOf(first)]).toEqual([0, 'aaaa']);
    expect(peer.unread).toEqual([]);
    peer.accept(first);
    const window = [await peer.next('data'), await peer.next('data'), await peer.next('data')];
    expect(window.map(textOf)).toEqual(['bbbb', 'cccc', 'dddd']);
    expect(peer.unread).toEqual([]);
    for (const data of window) peer.accept(data);
    expect(textOf(await peer.next('data'))).toBe('eeee');
    expect(textOf(await peer.next('data'))).toBe('ff');
  });

  it('numbers the block after 65535 with 0 [IBB-08]', async () => {
    const { peer, stream } = await opened({}, { blockSize: 1, window: 64 });
    stream.end(Buffer.alloc(65_540));
    const numbers: number[] = [];
    for (let index = 0; index < 65_540; index++) {
      const data = await peer.next('data');
      numbers.push(seqOf(data));
      peer.accept(data);
    }
    expect(numbers.slice(-6)).toEqual([65_534, 65_535, 0, 1, 2, 3]);
  });

  it.each(['item-not-found', 'unexpected-request', 'bad-request'])(
    'ends with a close when a block is answered %s [IBB-19]',
    async (condition) => {
      const { peer, stream, failed } = await opened();
      stream.write('x');
      peer.refuse(await peer.next('data'), condition);
      expect(await failed).toMatchObject({ code: 'stanza-error', condition });
      await peer.next('close');
    },
  );

  it('sends what could not be delivered once more, in order [IBB-20]', async () => {
    const { peer, stream } = await opened({ retryMs: 1 }, { blockSize: 1 });
    stream.end('abc');
    peer.accept(await peer.next('data'));
    const lost = [await peer.next('data'), await peer.next('data')];
    for (const data of lost.reverse()) peer.refuse(data, 'recipient-unavailable', 'wait');
    const again = [await peer.next('data'), await peer.next('data')];
    expect(again.map((data) => [seqOf(data), textOf(data)])).toEqual([
      [1, 'b'],
      [2, 'c'],
    ]);
    for (const data of again) peer.accept(data);
    peer.accept(await peer.next('close'));
    await once(stream, 'finish');
  });

  it('fails when a block could not be delivered twice [IBB-20]', async () => {
    const { peer, stream, failed } = await opened({ retryMs: 1 });
    stream.write('x');
    for (const _ of [1, 2]) peer.refuse(await peer.next('data'), 'remote-server-timeout', 'wait');
    expect(await failed).toMatchObject({ condition: 'remote-server-timeout' });
  });

  it('fails when a block was lost and a later one arrived [IBB-20]', async () => {
    const { peer, stream, failed } = await opened({ retryMs: 1 }, { blockSize: 1 });
    stream.write('abc');
    peer.accept(await peer.next('data'));
    peer.refuse(await peer.next('data'), 'recipient-unavailable', 'wait');
    peer.accept(await peer.next('data'));
    expect(await failed).toMatchObject({ code: 'interrupted' });
  });

  it('fails when a block is not answered in time [IBB-28]', async () => {
    const { peer, stream, failed } = await opened({ answerMs: 1 }, { blockSize: 1 });
    stream.write('ab');
    peer.accept(await peer.next('data'));
    expect(await failed).toMatchObject({ code: 'timed-out' });
  });

  it('goes on in messages when the first block is not answered at all (xmpp4r)', async () => {
    const { peer, stream } = await opened({ firstAnswerMs: 1 }, { blockSize: 1 });
    stream.end('ab');
    expect((await peer.next('data')).name).toBe('iq');
    const [first, second] = [await peer.next('data'), await peer.next('data')];
    expect([first.name, seqOf(first), textOf(first)]).toEqual(['message', 0, 'a']);
    expect([second.name, seqOf(second), textOf(second)]).toEqual(['message', 1, 'b']);
    peer.accept(await peer.next('close'));
    await once(stream, 'finish');
  });
});

describe('sending in messages', () => {
  const messages = { stanza: 'message', blockSize: 1 } as const;

  it('says so when opening, gives every message an id, and waits for no answers [IBB-25]', async () => {
    const { peer, stream } = await opened({}, messages);
    stream.write('ab');
    const sent = [await peer.next('data'), await peer.next('data')];
    expect(sent.map(({ name }) => name)).toEqual(['message', 'message']);
    expect(new Set(sent.map((message) => attribute(message, 'id'))).size).toBe(2);
  });

  it('ends when one of them comes back [IBB-25]', async () => {
    const { peer, stream, failed } = await opened({}, messages);
    stream.write('a');
    const id = attribute(await peer.next('data'), 'id') ?? '';
    peer.message(writeBlock({ sid: 'other', seq: 0, bytes: Buffer.alloc(1) }), {
      type: 'error',
      id: 'other',
    });
    peer.message(writeBlock({ sid, seq: 0, bytes: Buffer.from('a') }), { type: 'error', id });
    expect(await failed).toMatchObject({ code: 'interrupted' });
  });

  it('has failed when the close is not answered, as nobody knows what arrived', async () => {
    const { stream, failed } = await opened({ closeMs: 1 }, messages);
    stream.end('a');
    expect(await failed).toMatchObject({ code: 'timed-out' });
  });
});

describe('closing', () => {
  it('comes after the last answer, and waits for its own [IBB-21] [IBB-24]', async () => {
    const { peer, stream } = await opened();
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
    const { peer, stream } = await opened();
    stream.end();
    const close = await peer.next('close');
    expect(outcomeOf(await peer.ask(writeBlock({ sid, seq: 0, bytes: Buffer.from('bye') })))).toBe('result');
    peer.accept(close);
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(chunk);
    expect(Buffer.concat(chunks).toString()).toBe('bye');
  });

  it('counts as done when the peer knows the stream no longer [IBB-22]', async () => {
    const { peer, stream } = await opened();
    stream.end();
    peer.refuse(await peer.next('close'), 'item-not-found');
    await once(stream, 'finish');
  });

  it('counts as done when the peer never answers it (libpurple)', async () => {
    const { peer, stream } = await opened({ closeMs: 1 });
    stream.end('x');
    peer.accept(await peer.next('data'));
    await once(stream, 'finish');
  });

  it('by the peer in the middle fails what is written then [IBB-24]', async () => {
    const { peer, stream, failed } = await opened({}, { blockSize: 1, window: 1 });
    stream.write('abc');
    const first = await peer.next('data');
    const close = peer.send(writeClose(sid));
    peer.accept(first);
    peer.accept(await peer.next('data'));
    await peer.answerTo(close);
    expect(await failed).toMatchObject({ code: 'interrupted' });
  });

  it('may be done twice, and ends every stream and all waiting', async () => {
    const { peer, inBand, stream } = await opened();
    const waiting = expect(inBand.accept(PEER, 'other')).rejects.toMatchObject({ code: 'cancelled' });
    inBand.close();
    inBand.close();
    await waiting;
    await peer.next('close');
    expect(stream.destroyed).toBe(true);
  });
});
