// The pings that the component sends, and those of a rival.

import { describe, expect, it } from 'vitest';
import { attribute, xml } from '../../../src/wire/xml.ts';
import { SelfPing } from '../../../src/xmpp/self-ping.ts';

const domain = 'proxy.example.org';

describe('a ping', () => {
  it('goes to our own domain, and when that is silent to the parent [COMP-20]', () => {
    const pings = new SelfPing(domain, 'example.org');
    expect(pings.write(false).attrs).toMatchObject({ type: 'get', from: domain, to: domain });
    expect(pings.write(true).attrs).toMatchObject({ type: 'get', from: domain, to: 'example.org' });
  });

  it('goes to our own domain twice when there is no parent', () => {
    expect(new SelfPing('proxy', undefined).write(true).attrs.to).toBe('proxy');
  });

  it('has an id that no other has [ENT-06]', () => {
    const pings = [new SelfPing(domain, undefined), new SelfPing(domain, undefined)];
    const ids = pings.flatMap((ping) =>
      Array.from({ length: 100 }, () => attribute(ping.write(false), 'id')),
    );
    expect(new Set(ids).size).toBe(200);
  });
});

describe('a rival', () => {
  const ours = new SelfPing(domain, undefined);

  it('is betrayed by a ping from our own domain that we did not send', () => {
    expect(ours.isAnothers(new SelfPing(domain, undefined).write(false))).toBe(true);
    const withoutId = xml('iq', { type: 'get', from: domain }, xml('ping', { xmlns: 'urn:xmpp:ping' }));
    expect(ours.isAnothers(withoutId)).toBe(true);
  });

  it('is not seen in our own pings, in those of others, or in anything else', () => {
    expect(ours.isAnothers(ours.write(false))).toBe(false);
    expect(ours.isAnothers(new SelfPing('example.org', undefined).write(false))).toBe(false);
    const result = xml('iq', { type: 'result', from: domain, id: 'x' });
    expect(ours.isAnothers(result)).toBe(false);
    expect(ours.isAnothers(xml('message', { from: domain }))).toBe(false);
  });
});
