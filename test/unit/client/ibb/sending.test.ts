// Data on an in-band bytestream that we opened: the window, the numbers, and what can go wrong on the way.

import { once } from 'node:events';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { writeBlock } from '../../../../src/wire/ibb.ts';
import { attribute } from '../../../../src/wire/xml.ts';
import { openedByUs, seqOf, sid, textOf } from './fixture.ts';

afterEach(() => void vi.useRealTimers());

describe('sending', () => {
  it('sends the first block alone, then as many as the window has room for [IBB-10]', async () => {
    const { peer, stream } = await openedByUs({}, { blockSize: 4, window: 3 });
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
    const { peer, stream } = await openedByUs({}, { blockSize: 1, window: 64 });
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
      const { peer, stream, failed } = await openedByUs();
      stream.write('x');
      peer.refuse(await peer.next('data'), condition);
      expect(await failed).toMatchObject({ code: 'stanza-error', condition });
      await peer.next('close');
    },
  );

  it('sends what could not be delivered once more, in order [IBB-20]', async () => {
    const { peer, stream } = await openedByUs({ retryMs: 1 }, { blockSize: 1 });
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

  it('sends again what was written, whatever has become of the memory since [IBB-20]', async () => {
    const { peer, stream } = await openedByUs({ retryMs: 1 });
    const chunk = Buffer.from('before');
    await new Promise((resolve) => stream.write(chunk, resolve));
    chunk.fill('after!');
    peer.refuse(await peer.next('data'), 'recipient-unavailable', 'wait');
    expect(textOf(await peer.next('data'))).toBe('before');
  });

  it('fails when a block could not be delivered twice [IBB-20]', async () => {
    const { peer, stream, failed } = await openedByUs({ retryMs: 1 });
    stream.write('x');
    for (const _ of [1, 2]) peer.refuse(await peer.next('data'), 'remote-server-timeout', 'wait');
    expect(await failed).toMatchObject({ condition: 'remote-server-timeout' });
  });

  it('fails when a block was lost and a later one arrived [IBB-20]', async () => {
    const { peer, stream, failed } = await openedByUs({ retryMs: 1 }, { blockSize: 1 });
    stream.write('abc');
    peer.accept(await peer.next('data'));
    peer.refuse(await peer.next('data'), 'recipient-unavailable', 'wait');
    peer.accept(await peer.next('data'));
    expect(await failed).toMatchObject({ code: 'interrupted' });
  });

  it('fails when a block is not answered in time [IBB-28]', async () => {
    const { peer, stream, failed } = await openedByUs({ answerMs: 1 }, { blockSize: 1 });
    stream.write('ab');
    peer.accept(await peer.next('data'));
    expect(await failed).toMatchObject({ code: 'timed-out' });
  });

  it('gives a server that is slow, or shapes, its time: what counts is the answer before [IBB-28]', async () => {
    const { peer, stream, failed } = await openedByUs({ answerMs: 1000 }, { blockSize: 1, window: 4 });
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    stream.write('abcdef');
    peer.accept(await peer.next('data'));
    const window = [];
    for (const _ of 'bcde') window.push(await peer.next('data'));
    for (const data of window.slice(0, 3)) {
      vi.advanceTimersByTime(900);
      peer.accept(data);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(stream.errored).toBeNull();
    vi.advanceTimersByTime(1000);
    expect(await failed).toMatchObject({ code: 'timed-out' });
  });

  it('does not mind how long its writer takes [IBB-28]', async () => {
    const { peer, stream } = await openedByUs({ answerMs: 1000 }, { blockSize: 1 });
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    for (const text of 'abc') {
      stream.write(text);
      vi.advanceTimersByTime(900);
      peer.accept(await peer.next('data'));
      await new Promise((resolve) => setImmediate(resolve));
      vi.advanceTimersByTime(5000);
    }
    expect(stream.errored).toBeNull();
  });

  it('goes on in messages when the first block is not answered at all (xmpp4r)', async () => {
    const { peer, stream } = await openedByUs({ firstAnswerMs: 1 }, { blockSize: 1 });
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
    const { peer, stream } = await openedByUs({}, messages);
    stream.write('ab');
    const sent = [await peer.next('data'), await peer.next('data')];
    expect(sent.map(({ name }) => name)).toEqual(['message', 'message']);
    expect(new Set(sent.map((message) => attribute(message, 'id'))).size).toBe(2);
  });

  it('ends when one of them comes back [IBB-25]', async () => {
    const { peer, stream, failed } = await openedByUs({}, messages);
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
    const { stream, failed } = await openedByUs({ closeMs: 1 }, messages);
    stream.end('a');
    expect(await failed).toMatchObject({ code: 'timed-out' });
  });
});
