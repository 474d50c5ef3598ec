// Offers of a file to a scripted peer, and every way in which it may answer. [XEP-0095 §3-4]

import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { newStreamId } from '../../../../src/client/send/connect.ts';
import { Session } from '../../../../src/client/session.ts';
import { type OfferOptions, offerFile } from '../../../../src/client/si/initiator.ts';
import { BYTESTREAMS } from '../../../../src/wire/bytestreams.ts';
import { IBB } from '../../../../src/wire/ibb.ts';
import { FILE_TRANSFER, SI, writeAnswer } from '../../../../src/wire/si.ts';
import { attribute, childElements, type Element, xml } from '../../../../src/wire/xml.ts';
import { PEER, ScriptedPeer, US } from '../../../support/client/scripted-peer.ts';

const file = { name: 'a.png', size: 1000, hasRanges: true };
const offer = { id: 's1', file, methods: [BYTESTREAMS, IBB] };
const STANZAS = 'urn:ietf:params:xml:ns:xmpp-stanzas';

/** An offer on its way, and the stanza that it is in. */
async function offering(options: OfferOptions = {}, what = offer) {
  const peer = new ScriptedPeer();
  const outcome = offerFile(new Session(peer.entity), PEER, what, options);
  outcome.catch(() => {});
  return { peer, outcome, request: await peer.next('si') };
}

/** What comes of this answer. */
async function answered(si: Element, what = offer) {
  const { peer, outcome, request } = await offering({}, what);
  peer.accept(request, si);
  return outcome;
}

function chosen(...methods: string[]): Element {
  const values = methods.map((method) => xml('value', {}, method));
  const form = xml(
    'x',
    { xmlns: 'jabber:x:data', type: 'submit' },
    xml('field', { var: 'stream-method' }, ...values),
  );
  return xml('si', { xmlns: SI }, xml('feature', { xmlns: 'http://jabber.org/protocol/feature-neg' }, form));
}

describe('an offer', () => {
  it('goes to the full JID, with an id, the profile and one element of it [SI-I-03]', async () => {
    const { request } = await offering();
    expect(request.attrs).toMatchObject({ type: 'set', to: PEER });
    const si = request.getChild('si', SI);
    expect(si?.attrs).toMatchObject({
      id: 's1',
      profile: FILE_TRANSFER,
      'mime-type': 'application/octet-stream',
    });
    const [first, second] = si === undefined ? [] : childElements(si);
    expect(first?.attrs).toMatchObject({ xmlns: FILE_TRANSFER, name: 'a.png', size: '1000' });
    expect(second?.name).toBe('feature');
  });

  it('has an id that nobody else has, and that may stand as an IBB sid [SI-I-04]', () => {
    const ids = Array.from({ length: 10_000 }, newStreamId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(/^[a-z][a-z0-9]{16,64}$/);
  });
});

describe('an acceptance', () => {
  it('names a method, and takes the whole file if it says no more [SI-I-13]', async () => {
    await expect(answered(writeAnswer({ method: IBB }))).resolves.toEqual({
      from: PEER,
      method: IBB,
      methods: [IBB],
      range: { offset: 0, length: 1000 },
    });
  });

  it('of several methods means the one that we like best [SI-I-11]', async () => {
    await expect(answered(chosen(IBB, BYTESTREAMS))).resolves.toMatchObject({
      method: BYTESTREAMS,
      methods: [BYTESTREAMS, IBB],
    });
  });

  it.each([
    ['of a method that was not offered [SI-I-10]', chosen('jabber:iq:oob'), 'chose jabber:iq:oob'],
    ['without a method [SI-I-12]', xml('si', { xmlns: SI }), 'without choosing'],
    ['without anything [SI-I-12]', xml('other', { xmlns: 'urn:x' }), 'without choosing'],
  ])('%s is no acceptance', async (_what, si, message) => {
    await expect(answered(si)).rejects.toMatchObject({
      code: 'invalid-answer',
      message: expect.stringContaining(message),
    });
  });

  it.each([
    ['from 128 on, 256 bytes', { offset: 128, length: 256 }, { offset: 128, length: 256 }],
    ['from 128 on', { offset: 128 }, { offset: 128, length: 872 }],
    ['256 bytes', { length: 256 }, { offset: 0, length: 256 }],
    ['nothing in particular', {}, { offset: 0, length: 1000 }],
  ])('may ask for a range: %s [SI-I-13]', async (_what, range, expected) => {
    await expect(answered(writeAnswer({ method: IBB, range }))).resolves.toMatchObject({ range: expected });
  });

  it.each([
    ['behind the end', { offset: 1001 }],
    ['longer than the file', { offset: 900, length: 101 }],
  ])('may not ask for a range %s [SI-I-14]', async (_what, range) => {
    await expect(answered(writeAnswer({ method: IBB, range }))).rejects.toMatchObject({ code: 'bad-range' });
  });

  it('may not ask for a range that is none, or was not offered [SI-I-14]', async () => {
    const bad = writeAnswer({ method: IBB, range: { offset: 1 } });
    const element = bad.getChild('file')?.getChild('range');
    if (element === undefined) throw new Error('no range');
    element.attrs.offset = '-1';
    await expect(answered(bad)).rejects.toMatchObject({ code: 'bad-range' });
    const unseekable = { ...offer, file: { ...file, hasRanges: false } };
    const some = writeAnswer({ method: IBB, range: { offset: 1 } });
    await expect(answered(some, unseekable)).rejects.toMatchObject({ code: 'bad-range' });
    const all = writeAnswer({ method: IBB, range: {} });
    await expect(answered(all, unseekable)).resolves.toMatchObject({ range: { offset: 0, length: 1000 } });
  });
});

describe('a refusal', () => {
  const si = (name: string) => xml(name, { xmlns: SI });
  it.each([
    ['declined', { type: 'cancel' }, [xml('forbidden', { xmlns: STANZAS })]],
    ['declined', { type: 'auth', code: '403' }, []],
    ['declined', { code: '403' }, ['Declined']],
    [
      'no-valid-streams',
      { type: 'cancel' },
      [xml('bad-request', { xmlns: STANZAS }), si('no-valid-streams')],
    ],
    ['bad-profile', { type: 'modify' }, [xml('bad-request', { xmlns: STANZAS }), si('bad-profile')]],
    ['bad-profile', { type: 'cancel' }, [xml('bad-request', { xmlns: STANZAS }), si('bad-profile')]],
    ['not-supported', { type: 'cancel' }, [xml('service-unavailable', { xmlns: STANZAS })]],
    ['not-supported', { type: 'cancel' }, [xml('feature-not-implemented', { xmlns: STANZAS })]],
    ['not-supported', { code: '503' }, []],
    ['stanza-error', { type: 'wait' }, [xml('resource-constraint', { xmlns: STANZAS })]],
    ['stanza-error', { type: 'modify' }, [xml('bad-request', { xmlns: STANZAS })]],
    ['stanza-error', {}, []],
  ])('is %s for %j %s [SI-I-15]', async (code, attributes, children) => {
    const { peer, outcome, request } = await offering();
    const error = xml('error', attributes, ...children);
    const id = attribute(request, 'id');
    peer.entity.deliver(xml('iq', { type: 'error', id, from: PEER, to: US }, error));
    await expect(outcome).rejects.toMatchObject({ code });
  });
});

describe('an answer that is late', () => {
  it('is not looked at, and no stream is opened [SI-I-16]', async () => {
    const { peer, outcome, request } = await offering({ answerMs: 1 });
    await expect(outcome).rejects.toMatchObject({ code: 'timed-out' });
    peer.accept(request, writeAnswer({ method: IBB }));
    await setImmediate();
    expect(peer.unread).toEqual([]);
  });

  it('is not looked at when we have cancelled [SI-I-20]', async () => {
    const controller = new AbortController();
    const { peer, outcome, request } = await offering({ signal: controller.signal });
    controller.abort();
    await expect(outcome).rejects.toMatchObject({ code: 'cancelled' });
    expect(peer.unread).toEqual([]); // nothing can be sent
    peer.accept(request, writeAnswer({ method: IBB }));
    await setImmediate();
    expect(peer.unread).toEqual([]);
  });
});
