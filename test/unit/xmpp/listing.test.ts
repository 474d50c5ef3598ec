// What the component asks its server: whether it is listed.

import { describe, expect, it } from 'vitest';
import { attribute, type Element, xml } from '../../../src/wire/xml.ts';
import { Inquiries } from '../../../src/xmpp/inquiries.ts';
import { askForListing } from '../../../src/xmpp/listing.ts';
import { ManualClock } from '../../support/clock.ts';

const ITEMS = 'http://jabber.org/protocol/disco#items';
const DOMAIN = 'proxy.example.org';

function listOf(...jids: string[]): Element {
  const items = jids.map((jid) => xml('item', { jid }));
  return xml(
    'iq',
    { type: 'result', xmlns: 'jabber:component:accept' },
    xml('query', { xmlns: ITEMS }, ...items),
  );
}

describe('the listing', () => {
  it.each([
    [listOf('conference.example.org', DOMAIN), true, 'lists proxy.example.org'],
    [listOf('conference.example.org'), false, 'clients do not find it'],
    [xml('iq', { type: 'error' }), undefined, 'does not tell components'],
    [undefined, undefined, 'did not say'],
  ])('of the answer %s is %s', async (reply, listed, words) => {
    const found = await askForListing(DOMAIN, 'example.org', async () => reply);
    expect(found.listed).toBe(listed);
    expect(found.detail).toContain(words);
  });

  it('of a domain without a parent cannot be told', async () => {
    const found = await askForListing('localhost', undefined, () =>
      Promise.reject(new Error('nobody to ask')),
    );
    expect(found.listed).toBeUndefined();
  });
});

describe('an inquiry', () => {
  const clock = new ManualClock();
  const inquiries = new Inquiries(DOMAIN, clock);
  const sent: Element[] = [];
  const ask = () => inquiries.ask('example.org', xml('query', { xmlns: ITEMS }), 5000, (iq) => sent.push(iq));
  const replyTo = (iq: Element | undefined, from: string) =>
    xml('iq', { type: 'result', id: iq && attribute(iq, 'id'), from, to: DOMAIN });

  it('is answered by the reply with its id from the one who was asked, and by no other [ENT-06]', async () => {
    const answer = ask();
    const iq = sent.at(-1);
    inquiries.take(replyTo(iq, 'mallory.example'));
    inquiries.take(xml('iq', { type: 'result', id: 'another', from: 'example.org' }));
    const right = replyTo(iq, 'example.org');
    inquiries.take(right);
    expect(await answer).toBe(right);
    expect(clock.pending).toBe(0);
  });

  it('ends without an answer in time, and when the link goes down', async () => {
    const late = ask();
    clock.advance(5000);
    expect(await late).toBeUndefined();
    const lost = ask();
    inquiries.end();
    expect(await lost).toBeUndefined();
    expect(clock.pending).toBe(0);
  });
});
