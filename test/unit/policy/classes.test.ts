// Which class a requester falls in, and what then holds.

import { describe, expect, it } from 'vitest';
import { type ClassConfig, Classes } from '../../../src/policy/classes.ts';
import { hasQuota } from '../../../src/policy/terms.ts';

const NONE = Number.POSITIVE_INFINITY;
const GENERAL = {
  limits: { streamsPerUser: 64, streamsPerDomain: 2048 },
  timeouts: { idle: 1800, stream: NONE },
  rates: { stream: NONE, user: 1000 },
  quotas: { user: { day: NONE, month: NONE }, domain: { day: NONE, month: NONE } },
};
const ADDRESSES = ['192.0.2.1', '2001:db8::1'];

const classes = (...list: ClassConfig[]) => new Classes({ ...GENERAL, classes: list });

describe('the class of a requester', () => {
  const list = classes(
    { name: 'staff', match: { jids: ['*.example.org', 'bob@example.net'], networks: ['10.0.0.0/8'] } },
    { name: 'home', match: { networks: ['192.0.2.0/24'] } },
    { name: 'guests', match: { jids: ['*'] } },
    { name: 'nobody', match: { jids: ['example.net'] } },
  );
  const nameOf = (jid: string, ...addresses: string[]) => list.classify(jid, addresses).terms.className;

  it('is the first that matches in all that it asks for', () => {
    expect(nameOf('al@a.example.org/x', '10.0.0.1', '203.0.113.1')).toBe('staff');
    expect(nameOf('al@a.example.org/x', '203.0.113.1', '::ffff:10.0.0.1')).toBe('staff');
    expect(nameOf('al@a.example.org/x', '192.0.2.1', '203.0.113.1')).toBe('home');
    expect(nameOf('bob@example.net/x', '192.0.2.1', '10.0.0.1')).toBe('staff');
    expect(nameOf('bob@example.net/x', '203.0.113.1', '203.0.113.2')).toBe('guests');
  });

  it('does not depend on spelling or resource', () => {
    expect(nameOf('BOB@Example.NET/other', '10.0.0.1', '10.0.0.2')).toBe('staff');
  });

  it('is the default one when none matches, also for who is no JID', () => {
    const few = classes({ name: 'staff', match: { jids: ['example.org'] } });
    expect(few.classify('al@example.net', ADDRESSES).terms.className).toBe('default');
    expect(few.classify('@@/', ADDRESSES).terms.className).toBe('default');
    expect(classes().classify('al@example.net', ADDRESSES).judgements).toEqual([]);
  });

  it('is told with how each class before it was judged', () => {
    expect(list.classify('bob@example.net', ['203.0.113.1'])).toMatchObject({
      terms: { className: 'guests' },
      judgements: [
        { name: 'staff', matches: false, rule: 'bob@example.net', missing: 'network' },
        { name: 'home', matches: false, missing: 'network' },
        { name: 'guests', matches: true, rule: '*' },
      ],
    });
    expect(list.classify('al@example.com', ADDRESSES).judgements).toMatchObject([
      { name: 'staff', matches: false, missing: 'jid' },
      { name: 'home', matches: true, network: '192.0.2.0/24' },
    ]);
  });
});

describe('the terms of a class', () => {
  it('are the general ones where it says nothing, key by key', () => {
    const list = classes({
      name: 'staff',
      match: { jids: ['*'] },
      limits: { streamsPerUser: 200 },
      timeouts: { stream: 60 },
      rates: { user: NONE, burst: 7 },
      quotas: { user: { day: 5 } },
    });
    const { terms } = list.classify('al@example.org', ADDRESSES);
    expect(terms).toEqual({
      className: 'staff',
      streamsPerUser: 200,
      streamsPerDomain: 2048,
      idleMs: 1800,
      durationMs: 60,
      streamRate: NONE,
      userRate: NONE,
      burst: 7,
      quotas: { user: { day: 5, month: NONE }, domain: { day: NONE, month: NONE } },
    });
    expect(hasQuota(terms)).toBe(true);
    expect(hasQuota(classes().classify('al@example.org', []).terms)).toBe(false);
  });
});
