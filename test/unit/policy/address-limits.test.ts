// What one address may take, and that it is given back.

import { beforeEach, describe, expect, it } from 'vitest';
import { AddressLimits } from '../../../src/policy/address-limits.ts';

const ANNA = '192.0.2.1';
const LIMITS = { handshakes: 12, waitingPerAddress: 2, connectionsPerSecond: 1, exempt: ['10.0.0.0/8'] };

let limits: AddressLimits;

beforeEach(() => {
  limits = new AddressLimits(LIMITS, () => 0);
});

describe('places', () => {
  it('are given back one by one', () => {
    limits.wait(ANNA);
    limits.wait(ANNA);
    expect(limits.mayWait(ANNA)).toBe(false);
    limits.stopWaiting(ANNA);
    expect(limits.mayWait(ANNA)).toBe(true);
    limits.wait(ANNA);
    expect(limits.mayWait(ANNA)).toBe(false);
  });

  it('that are all given back leave nothing in memory', () => {
    const addresses = [ANNA, '192.0.2.2', '10.0.0.1'];
    for (const address of addresses) limits.wait(address);
    expect(limits.addressesWaiting).toBe(3);
    for (const address of addresses) limits.stopWaiting(address);
    expect(limits.addressesWaiting).toBe(0);
  });

  it('of an exempt address have no bound', () => {
    for (let count = 0; count < 10; count++) limits.wait('10.0.0.1');
    expect(limits.mayWait('10.0.0.1')).toBe(true);
  });
});

describe('handshakes', () => {
  it('of one address may be a quarter of all, so that silent ones leave room for others', () => {
    limits.reconfigure({ ...LIMITS, connectionsPerSecond: Number.POSITIVE_INFINITY });
    const entries = [1, 2, 3].map(() => limits.enter(ANNA));
    expect(limits.enter(ANNA)).toEqual({ ok: false, reason: 'over-address-limit' });
    expect(limits.enter('192.0.2.2').ok).toBe(true);
    for (const entry of entries) if (entry.ok) entry.leave();
    expect(limits.enter(ANNA).ok).toBe(true);
  });

  it('of an exempt address have no bound of their own', () => {
    expect(Array.from({ length: 50 }, () => limits.enter('10.0.0.1')).filter(({ ok }) => !ok)).toEqual([]);
  });
});

describe('a reload', () => {
  it('changes all limits at once, and who waits still counts', () => {
    limits.wait(ANNA);
    limits.wait(ANNA);
    limits.reconfigure({ handshakes: 100, waitingPerAddress: 3, connectionsPerSecond: 2, exempt: [] });
    expect(limits.mayWait(ANNA)).toBe(true);
    limits.wait(ANNA);
    expect(limits.mayWait(ANNA)).toBe(false);
    const connected = Array.from({ length: 20 }, () => limits.enter('10.0.0.1')).filter(({ ok }) => ok);
    expect(connected).toHaveLength(8);
  });
});
