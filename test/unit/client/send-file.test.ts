// Files that we send to a scripted peer: what is asked and offered, how bytes go, and every way in which it can fail.
// [XEP-0095 §3, XEP-0096 §3]

import { createHash } from 'node:crypto';
import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { FileSource } from '../../../src/client/files/ports.ts';
import { type SendFileOptions, sendFile } from '../../../src/client/send-file.ts';
import { Session } from '../../../src/client/session.ts';
import { readStreamhosts, writeUsed } from '../../../src/wire/bytestream-offer.ts';
import { BYTESTREAMS } from '../../../src/wire/bytestreams.ts';
import { writeInfo } from '../../../src/wire/disco.ts';
import { IBB } from '../../../src/wire/ibb.ts';
import { sessionKey } from '../../../src/wire/session-key.ts';
import { FILE_TRANSFER, readOffer, SI, writeAnswer } from '../../../src/wire/si.ts';
import type { RequestedRange } from '../../../src/wire/si-range.ts';
import { attribute, type Element, xml } from '../../../src/wire/xml.ts';
import { PEER, ScriptedPeer, US } from '../../support/client/scripted-peer.ts';
import { dial, receive, receiveAll } from '../../support/tcp.ts';

const bytes = Buffer.from('hello');
const sha256 = createHash('sha256').update(bytes).digest('hex');
const everything = [SI, FILE_TRANSFER, BYTESTREAMS, IBB];

function sending(options: Partial<SendFileOptions> = {}) {
  const peer = new ScriptedPeer();
  const outcome = sendFile(new Session(peer.entity), {
    ...{ to: PEER, source: bytes, name: 'a.txt', proxies: [], direct: { addresses: ['127.0.0.1'] } },
    ...options,
  });
  outcome.catch(() => {});
  return { peer, outcome };
}

/** The offer, after the peer has said what it can do. */
async function offered(options: Partial<SendFileOptions> = {}, features: readonly string[] = everything) {
  const { peer, outcome } = sending(options);
  const identities = [{ category: 'client', type: 'pc' }];
  peer.accept(await peer.next('query'), writeInfo({ identities, features, extensions: [] }));
  const request = await peer.next('si');
  const si = request.getChild('si', SI);
  const read = si && readOffer(si);
  if (read?.ok !== true) throw new Error(`no offer in ${request}`);
  return { peer, outcome, request, si, offer: read.offer };
}

/** A SOCKS client at our own address, and the query that told it; the answer is the test's. */
async function connected(options: Partial<SendFileOptions> = {}, range?: RequestedRange) {
  const { peer, outcome, request, offer } = await offered(options);
  peer.accept(request, writeAnswer({ method: BYTESTREAMS, ...(range && { range }) }));
  const set = await peer.next('query');
  const [streamhost] = readStreamhosts(set.getChild('query', BYTESTREAMS) ?? xml('query'));
  const socket = await dial(streamhost?.port ?? 0);
  const name = sessionKey(offer.id, US, PEER);
  socket.write(Buffer.of(5, 1, 0));
  await receive(socket, 2);
  socket.write(Buffer.concat([Buffer.of(5, 1, 0, 3, 40), Buffer.from(name), Buffer.of(0, 0)]));
  await receive(socket, 47);
  return { peer, outcome, socket, set, offer };
}

function use(peer: ScriptedPeer, set: Element, sid: string): void {
  peer.accept(set, writeUsed(sid, US));
}

async function takeAll(socket: Socket): Promise<string> {
  const { bytes: all, end } = await receiveAll(socket);
  socket.end();
  return `${all} ${end}`;
}

describe('before the offer', () => {
  it.each(['bob@example.org', '@@/', ''])('%j is no full JID [SI-I-02]', async (to) => {
    const { peer, outcome } = sending({ to });
    await expect(outcome).rejects.toThrow(TypeError);
    expect(peer.unread).toEqual([]);
  });

  it('a peer that says that it takes no files is offered none [SI-I-01]', async () => {
    const { peer, outcome } = sending();
    const info = {
      identities: [{ category: 'client', type: 'pc' }],
      features: [BYTESTREAMS],
      extensions: [],
    };
    peer.accept(await peer.next('query'), writeInfo(info));
    await expect(outcome).rejects.toMatchObject({ code: 'not-supported' });
    expect(peer.unread).toEqual([]);
  });

  it('a peer that does not say what it can do is offered everything [SI-I-01]', async () => {
    const { peer, outcome } = sending();
    peer.refuse(await peer.next('query'), 'service-unavailable');
    const request = await peer.next('si');
    expect(request.toString()).toContain(
      `<value>${BYTESTREAMS}</value></option><option><value>${IBB}</value>`,
    );
    peer.refuse(request, 'forbidden');
    await expect(outcome).rejects.toMatchObject({ code: 'declined' });
  });

  it('there must be a way: streamhosts, or bytes in-band [IBB-29]', async () => {
    const { peer, outcome } = sending({ direct: false, maxInBandBytes: 4 });
    const info = { identities: [{ category: 'client', type: 'pc' }], features: everything, extensions: [] };
    peer.accept(await peer.next('query'), writeInfo(info));
    await expect(outcome).rejects.toMatchObject({ code: 'no-valid-streams' });
  });

  it.each([
    [{ source: bytes, name: undefined }, 'name is missing'],
    [{ source: Readable.from([bytes]) }, 'size is missing'],
    [{ source: Readable.from([bytes]), size: -1 }, 'size -1: expected'],
    [{ source: bytes, name: 'folder/' }, 'name "folder/": expected'],
  ])('%o makes no sense', async (options, message) => {
    const { name, ...rest } = { name: 'a.txt', ...options };
    const peer = new ScriptedPeer();
    const outcome = sendFile(new Session(peer.entity), { to: PEER, ...rest, ...(name && { name }) });
    await expect(outcome).rejects.toThrow(message);
  });
});

describe('the offer', () => {
  it('has the base name, the size, the MD5 and a range [SI-I-07] [SI-I-08] [SI-I-09]', async () => {
    const { offer, si } = await offered({ name: '/home/alice\\a.txt', description: 'A letter' });
    expect(offer.file).toEqual({
      ...{ name: 'a.txt', size: 5, hasRanges: true, description: 'A letter' },
      hash: createHash('md5').update(bytes).digest('hex'),
    });
    expect(si?.getChild('file')?.getChild('range')?.attrs).toEqual({});
  });

  it('of a stream has neither range nor MD5; of a large file no MD5 [SI-I-08] [SI-I-09]', async () => {
    const stream = await offered({ source: Readable.from([bytes]), size: 5 });
    expect(stream.offer.file).toEqual({ name: 'a.txt', size: 5, hasRanges: false });
    const large = await offered({
      source: {
        name: 'x',
        size: 5 * 2 ** 32,
        isSeekable: true,
        open: async function* () {},
        md5: async () => 'md5',
      },
    });
    expect(large.offer.file).toEqual({ name: 'a.txt', size: 5 * 2 ** 32, hasRanges: true }); // [SI-I-07]
  });

  it('of an empty file has size 0 and its MD5 [SI-I-07] [SI-I-08]', async () => {
    const { offer } = await offered({ source: Buffer.alloc(0) });
    expect(offer.file).toMatchObject({ size: 0, hash: 'd41d8cd98f00b204e9800998ecf8427e' });
  });

  it('is of the methods that both know', async () => {
    expect((await offered({}, [SI, FILE_TRANSFER, IBB])).offer.methods).toEqual([IBB]);
    expect((await offered({ methods: ['s5b'] })).offer.methods).toEqual([BYTESTREAMS]);
    expect((await offered({ direct: false })).offer.methods).toEqual([IBB]);
  });
});

describe('the bytes', () => {
  it('go to the JID that took the offer, under the id of the offer, then the end [SI-I-17] [SI-I-21]', async () => {
    const { peer, outcome, socket, set, offer } = await connected();
    expect(set.attrs.to).toBe(PEER);
    expect(set.getChild('query')?.attrs.sid).toBe(offer.id);
    use(peer, set, offer.id);
    expect(await takeAll(socket)).toBe('hello fin');
    expect(await outcome).toMatchObject({ name: 'a.txt', bytes: 5, method: 's5b-direct', sha256 });
  });

  it('go to the JID as its server writes it, of which the receiver makes the session key [S5B-R-08]', async () => {
    const { peer, outcome, socket, set, offer } = await connected({ to: 'BOB@Example.ORG/phone' });
    expect(set.attrs.to).toBe(PEER);
    use(peer, set, offer.id);
    expect(await takeAll(socket)).toBe('hello fin');
    expect(await outcome).toMatchObject({ method: 's5b-direct', sha256 });
  });

  it('are those of the range that the peer asked for; the sum is that of the file so far [SI-I-13]', async () => {
    const { peer, outcome, socket, set, offer } = await connected({}, { offset: 2 });
    use(peer, set, offer.id);
    expect(await takeAll(socket)).toBe('llo fin');
    expect(await outcome).toMatchObject({ offset: 2, bytes: 3, size: 5, sha256 });
  });

  it('are none for an empty file, and the end', async () => {
    const { peer, outcome, socket, set, offer } = await connected({ source: Buffer.alloc(0) });
    use(peer, set, offer.id);
    expect(await takeAll(socket)).toBe(' fin');
    expect(await outcome).toMatchObject({ bytes: 0 });
  });

  it('that are fewer than offered end in a reset, not in a clean end [SI-I-21]', async () => {
    let go = () => {};
    const source = (async function* () {
      yield Buffer.from('hel');
      await new Promise<void>((resolve) => {
        go = resolve;
      });
    })();
    const { peer, outcome, socket, set, offer } = await connected({ source, size: 5 });
    use(peer, set, offer.id);
    await receive(socket, 3); // a reset that comes with bytes unread may look like an end
    go();
    expect((await receiveAll(socket)).end).toBe('reset');
    await expect(outcome).rejects.toMatchObject({ code: 'size-mismatch' });
  });

  it('stop when the receiver hangs up', async () => {
    const endless = async function* () {
      for (;;) yield Buffer.alloc(65_536);
    };
    const { peer, outcome, socket, set, offer } = await connected({ source: endless(), size: 2 ** 40 });
    use(peer, set, offer.id);
    await receive(socket, 100);
    socket.destroy();
    await expect(outcome).rejects.toMatchObject({ code: 'interrupted' });
  });

  it('stop in a reset when we cancel', async () => {
    const controller = new AbortController();
    const endless = async function* () {
      for (;;) yield Buffer.alloc(65_536);
    };
    const options = { source: endless(), size: 2 ** 40, signal: controller.signal };
    const { peer, outcome, socket, set, offer } = await connected(options);
    use(peer, set, offer.id);
    await receive(socket, 100);
    controller.abort();
    await expect(outcome).rejects.toMatchObject({ code: 'cancelled' });
    expect((await receiveAll(socket)).end).toBe('reset');
  });
});

describe('while what a receiver has already is summed', () => {
  /** In-band, to somebody who has all but the last byte; what is before it comes in chunks without end. */
  async function summing(signal?: AbortSignal) {
    const source: FileSource = {
      ...{ name: 'a.txt', size: 2 ** 40, isSeekable: true },
      async *open() {
        for (;;) {
          await setImmediate();
          yield Buffer.alloc(1);
        }
      },
      md5: async () => '',
    };
    const { peer, outcome, request, offer } = await offered({
      source,
      methods: ['ibb'],
      ...(signal && { signal }),
    });
    peer.accept(request, writeAnswer({ method: IBB, range: { offset: 2 ** 40 - 1 } }));
    peer.accept(await peer.next('open'));
    return { peer, outcome, offer };
  }

  it('we may cancel', async () => {
    const controller = new AbortController();
    const { outcome } = await summing(controller.signal);
    controller.abort();
    await expect(outcome).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('the receiver may go away [IBB-28]', async () => {
    const { peer, outcome, offer } = await summing();
    await setImmediate();
    peer.presence('unavailable');
    await expect(outcome).rejects.toMatchObject({ code: 'interrupted' });
    expect(attribute((await peer.next('close')).getChild('close') ?? xml('close'), 'sid')).toBe(offer.id);
  });
});

describe('when SOCKS5 fails', () => {
  async function failed(options: Partial<SendFileOptions>, ...methods: string[]) {
    const { peer, outcome, request, offer } = await offered(options);
    const values = methods.map((method) => xml('value', {}, method));
    const field = xml('field', { var: 'stream-method' }, ...values);
    const form = xml('x', { xmlns: 'jabber:x:data', type: 'submit' }, field);
    const feature = xml('feature', { xmlns: 'http://jabber.org/protocol/feature-neg' }, form);
    peer.accept(request, xml('si', { xmlns: SI }, feature));
    peer.refuse(await peer.next('query'), 'item-not-found');
    return { peer, outcome, offer };
  }

  it('there is a new offer with a new id and in-band bytes alone [SI-I-18]', async () => {
    const { peer, offer } = await failed({}, BYTESTREAMS, IBB);
    const si = (await peer.next('si')).getChild('si', SI);
    const again = si && readOffer(si);
    expect(again).toMatchObject({ ok: true, offer: { methods: [IBB], file: { name: 'a.txt' } } });
    expect(si?.attrs.id).not.toBe(offer.id);
  });

  it('those who accepted both get in-band bytes under the same id, if the caller wants that [SI-I-19]', async () => {
    const { peer, offer } = await failed({ sameSidFallback: true }, BYTESTREAMS, IBB);
    expect((await peer.next('open')).getChild('open')?.attrs.sid).toBe(offer.id);
    const one = await failed({ sameSidFallback: true }, BYTESTREAMS);
    await one.peer.next('si');
  });

  it('and nothing else is allowed, that is the outcome', async () => {
    const { outcome } = await failed({ methods: ['s5b'] }, BYTESTREAMS);
    await expect(outcome).rejects.toMatchObject({ code: 'no-streamhost-reachable' });
  });
});

it('a peer that accepts and then does nothing is given up', async () => {
  const { peer, outcome, request } = await offered({ answerMs: 1 });
  peer.accept(request, writeAnswer({ method: BYTESTREAMS }));
  await expect(outcome).rejects.toMatchObject({ code: 'timed-out' });
});
