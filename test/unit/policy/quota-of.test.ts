// Whether an address is told to somebody who may be at a quota, before it is known from where it will connect.

import { expect, test } from 'vitest';
import { AdmissionControl } from '../../../src/policy/admission.ts';
import { RateTable } from '../../../src/policy/rate.ts';
import { LedgerUnderTest } from '../../support/quota-ledger.ts';

const NONE = Number.POSITIVE_INFINITY;
const quota = (bytes: number) => ({ user: { day: bytes, month: NONE }, domain: { day: NONE, month: NONE } });
const ALICE = 'Alice@Example.ORG/home';

/** Alice has moved so many bytes today. */
async function askFor(used: number, ...classes: { jids?: string[]; networks?: string[]; quota: number }[]) {
  const { ledger } = new LedgerUnderTest();
  ledger.charge('alice@example.org', 'example.org', used, quota(NONE));
  const config = {
    limits: { streamsPerUser: NONE, streamsPerDomain: NONE },
    timeouts: { idle: NONE, stream: NONE },
    rates: { stream: NONE, user: NONE, total: NONE },
    quotas: { ...quota(1000), atQuota: 'end' as const, slowRate: 1 },
    classes: classes.map(({ jids, networks, quota: bytes }, index) => {
      return { name: `class-${index}`, match: { jids, networks }, quotas: quota(bytes) };
    }),
  };
  return new AdmissionControl(config, new RateTable(), ledger).quotaOf(ALICE);
}

test('who has nothing left is told when there will be again, whatever the spelling and the resource', async () => {
  expect(await askFor(999)).toMatchObject({ ok: true });
  expect(await askFor(1000)).toMatchObject({
    ok: false,
    text: 'Your quota of 1 kB a day is used up until 2026-11-24 00:00 UTC.',
  });
});

test('the class that the JID falls in decides', async () => {
  expect(await askFor(1000, { jids: ['example.org'], quota: 2000 })).toMatchObject({ ok: true });
  expect(await askFor(2000, { jids: ['example.org'], quota: 2000 })).toMatchObject({ ok: false });
  expect(await askFor(1000, { jids: ['example.net'], quota: 2000 })).toMatchObject({ ok: false });
});

test('a class of networks counts as long as nobody knows from where the requester will connect', async () => {
  const office = { networks: ['10.0.0.0/8'], quota: NONE };
  expect(await askFor(5000, office)).toMatchObject({ ok: true });
  expect(await askFor(5000, { ...office, quota: 2000 })).toMatchObject({ ok: false });
  expect(await askFor(5000, { jids: ['example.org'], quota: 2000 }, office)).toMatchObject({ ok: false });
});
