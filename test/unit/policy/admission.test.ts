// Who gets one more stream, at which rates, and that everything is given back.

import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { type AdmissionConfig, AdmissionControl, type Asking } from '../../../src/policy/admission.ts';
import type { QuotaLedger, QuotaVerdict } from '../../../src/policy/quota.ts';
import { RateTable } from '../../../src/policy/rate.ts';
import type { StreamGrant } from '../../../src/policy/stream-grant.ts';

const NONE = Number.POSITIVE_INFINITY;
const UNLIMITED: AdmissionConfig = {
  limits: { streamsPerUser: NONE, streamsPerDomain: NONE },
  timeouts: { idle: NONE, stream: NONE },
  rates: { stream: NONE, user: NONE, total: NONE },
  quotas: {
    user: { day: NONE, month: NONE },
    domain: { day: NONE, month: NONE },
    atQuota: 'end',
    slowRate: 100,
  },
  classes: [],
};
const QUOTA = { ...UNLIMITED.quotas, user: { day: 1000, month: NONE } };
const LEFT: QuotaVerdict = { ok: true, left: { user: NONE, domain: NONE } };
const SPENT: QuotaVerdict = { ok: false, text: 'until tomorrow', endsAt: 0 };

/** Counts by person, and says what the test wants. */
class FakeLedger implements QuotaLedger {
  readonly charged: [string, string, number][] = [];
  readonly recalled: string[] = [];
  verdict: QuotaVerdict = LEFT;

  async recall(bareJid: string): Promise<void> {
    this.recalled.push(bareJid);
  }

  check(): QuotaVerdict {
    return this.verdict;
  }

  charge(bareJid: string, domain: string, bytes: number): QuotaVerdict {
    this.charged.push([bareJid, domain, bytes]);
    return this.verdict;
  }
}

let rates: RateTable;
let ledger: FakeLedger;

beforeEach(() => {
  rates = new RateTable({ now: () => 0 });
  ledger = new FakeLedger();
});

const control = (config: Partial<AdmissionConfig> = {}) =>
  new AdmissionControl({ ...UNLIMITED, ...config }, rates, ledger);

const asking = (requester: string): Asking => ({ requester, first: '192.0.2.1', second: '192.0.2.2' });

function admitted(admission: AdmissionControl, requester = 'al@example.org/x'): StreamGrant {
  const answer = admission.admit(asking(requester));
  if (!answer.ok) throw new Error(`refused: ${answer.reason}`);
  return answer.grant;
}

function refusal(admission: AdmissionControl, requester: string): string | undefined {
  const answer = admission.admit(asking(requester));
  return answer.ok ? undefined : answer.reason;
}

/** A verdict with so much left. */
const left = (user: number, domain = NONE): QuotaVerdict => ({ ok: true, left: { user, domain } });

/** Bytes that may be drawn at once from each rate. */
const levels = (grant: StreamGrant) => grant.rates.map(({ index }) => rates.slots.level(index, 0));

describe('a limit of streams', () => {
  it('is that of the bare JID, normalised, and another person is not touched [S5B-P-85]', () => {
    const admission = control({ limits: { streamsPerUser: 2, streamsPerDomain: NONE } });
    admitted(admission, 'al@example.org/x');
    admitted(admission, 'AL@EXAMPLE.org/y');
    expect(refusal(admission, 'al@example.org/z')).toBe('over-user-limit');
    expect(refusal(admission, 'bo@example.org/z')).toBeUndefined();
  });

  it('is that of the domain, in either spelling of its name [S5B-P-85]', () => {
    const admission = control({ limits: { streamsPerUser: NONE, streamsPerDomain: 2 } });
    admitted(admission, 'al@bücher.example');
    admitted(admission, 'bo@xn--bcher-kva.example');
    expect(refusal(admission, 'cy@BÜCHER.example')).toBe('over-domain-limit');
    expect(refusal(admission, 'cy@example.org')).toBeUndefined();
  });

  it('gives back what was released, once, and a refusal takes nothing', () => {
    const admission = control({ limits: { streamsPerUser: 1, streamsPerDomain: 1 } });
    const grant = admitted(admission);
    expect(refusal(admission, 'al@example.org')).toBe('over-user-limit');
    grant.release();
    grant.release();
    admitted(admission).release();
    expect(admission.held).toEqual({ streams: 0, users: 0, domains: 0 });
  });

  it('leaves nothing behind, in whatever order streams come and go', () => {
    const jids = fc.constantFrom('a@x.org/1', 'A@x.org/2', 'b@x.org', 'c@y.org', 'x.org', '@@/');
    fc.assert(
      fc.property(fc.array(fc.tuple(jids, fc.nat(5)), { maxLength: 60 }), (steps) => {
        const admission = control({
          limits: { streamsPerUser: 2, streamsPerDomain: 3 },
          rates: { stream: 1000, user: 1000, total: 1000 },
        });
        const grants: StreamGrant[] = [];
        for (const [requester, which] of steps) {
          const answer = admission.admit(asking(requester));
          if (answer.ok) grants.push(answer.grant);
          else for (const grant of grants.splice(which, 1)) grant.release();
        }
        for (const grant of grants) grant.release();
        expect(admission.held).toEqual({ streams: 0, users: 0, domains: 0 });
      }),
      { numRuns: 50 },
    );
  });
});

describe('rates', () => {
  it('are not there when there is no limit: an unlimited stream pays nothing', () => {
    expect(admitted(control()).rates).toEqual([]);
    expect(rates.size).toBe(0);
  });

  it('are one of its own, one of the person and one of all [S5B-P-85]', () => {
    const admission = control({ rates: { stream: 1000, user: 2000, total: 3000 } });
    const [first, second, other] = ['al@example.org/x', 'AL@example.org/y', 'bo@example.org'].map((jid) =>
      admitted(admission, jid).rates.map(({ index }) => index),
    );
    expect(first?.[0]).not.toBe(second?.[0]);
    expect(first?.[1]).toBe(second?.[1]);
    expect(first?.[1]).not.toBe(other?.[1]);
    expect(new Set([first?.[2], second?.[2], other?.[2]]).size).toBe(1);
  });

  it('live as long as the streams that draw from them', () => {
    const admission = control({ rates: { stream: 1000, user: 2000, total: NONE } });
    const grants = [admitted(admission), admitted(admission)];
    expect(rates.size).toBe(3);
    grants[0]?.release();
    expect(rates.size).toBe(2);
    grants[1]?.release();
    expect(rates.size).toBe(0);
  });

  it('have the burst that is configured', () => {
    const admission = control({ rates: { stream: 1000, user: 2000, total: 3000, burst: 777 } });
    expect(levels(admitted(admission))).toEqual([777, 777, 777]);
  });
});

describe('a quota', () => {
  it('that is used up refuses, and says until when [S5B-P-73] [S5B-P-85]', () => {
    ledger.verdict = SPENT;
    const answer = control({ quotas: QUOTA }).admit(asking('al@example.org'));
    expect(answer).toEqual({ ok: false, reason: 'quota', text: 'until tomorrow' });
  });

  it('is recalled before it is asked about, but only where there is one', async () => {
    expect(control().prepare(asking('al@example.org'))).toBeUndefined();
    await control({ quotas: QUOTA }).prepare(asking('AL@example.org/x'));
    expect(ledger.recalled).toEqual(['al@example.org']);
  });

  it('is charged to the person and the domain, also of who has none', () => {
    const grant = admitted(control(), 'AL@Example.org/x');
    expect(grant.charge(5)).toBe('go-on');
    expect(ledger.charged).toEqual([['al@example.org', 'example.org', 5]]);
  });

  it('that is used up ends a stream, or slows it down until there is more', () => {
    const ending = admitted(control({ quotas: QUOTA }));
    const slowing = admitted(control({ quotas: { ...QUOTA, atQuota: 'slow' } }));
    expect(slowing.rates).toHaveLength(1);
    ledger.verdict = SPENT;
    expect(ending.charge(1)).toBe('quota');
    expect(slowing.charge(1)).toBe('go-on');
    expect(levels(slowing)).toEqual([20, expect.toSatisfy((left: number) => left > 2 ** 50)]);
    ledger.verdict = left(400);
    expect(slowing.charge(1)).toBe('go-on');
    expect(levels(slowing)).toEqual([400]);
  });

  it('slows down a stream that began when it would have been ended', () => {
    const admission = control({ quotas: QUOTA });
    const grant = admitted(admission);
    admission.reconfigure({ ...UNLIMITED, quotas: { ...QUOTA, atQuota: 'slow' } });
    ledger.verdict = SPENT;
    expect(grant.charge(1)).toBe('go-on');
    expect(levels(grant)[0]).toBe(20);
  });

  it('is a stock of what is left, which the streams of a person share, and so do those of a domain', () => {
    ledger.verdict = left(1000, 5000);
    const admission = control({ quotas: { ...QUOTA, domain: { day: NONE, month: 5000 } } });
    const [one, two, other] = ['al@example.org/x', 'AL@example.org/y', 'bo@example.org'].map((jid) =>
      admitted(admission, jid),
    );
    if (!one || !two || !other) throw new Error('three were admitted');
    expect(levels(one)).toEqual([1000, 5000]);
    expect(two.rates).toEqual(one.rates);
    expect(other.rates[0]).not.toEqual(one.rates[0]);
    expect(other.rates[1]).toEqual(one.rates[1]);
    ledger.verdict = left(900, 4900);
    one.charge(100);
    expect(levels(two)).toEqual([900, 4900]);
    for (const grant of [one, two, other]) grant.release();
    expect(rates.size).toBe(0);
  });

  it('does not fill its stock up for one more stream: what others have moved may not be counted yet', () => {
    ledger.verdict = left(1000);
    const admission = control({ quotas: QUOTA });
    const first = admitted(admission);
    for (const { index } of first.rates) rates.slots.reserve(index, 1000, 0);
    expect(levels(admitted(admission))).toEqual([0]);
  });

  it('is asked about for who has moved nothing only when its stock is used up, and then fills it with what is left', () => {
    ledger.verdict = left(1000);
    const grant = admitted(control({ quotas: QUOTA }));
    ledger.verdict = left(500);
    expect(grant.charge(0)).toBe('go-on');
    expect(levels(grant)).toEqual([1000]);
    for (const { index } of grant.rates) rates.slots.reserve(index, 1000, 0);
    expect(grant.charge(0)).toBe('go-on');
    expect(levels(grant)).toEqual([500]);
    expect(ledger.charged).toEqual([]);
  });
});

describe('a reload', () => {
  it('changes limits for who comes, and counts who is there', () => {
    const admission = control();
    admitted(admission);
    admission.reconfigure({ ...UNLIMITED, limits: { streamsPerUser: 1, streamsPerDomain: NONE } });
    expect(refusal(admission, 'al@example.org')).toBe('over-user-limit');
  });

  it('changes rates, deadlines and class of the streams that run', () => {
    const admission = control({ rates: { stream: 1000, user: 2000, total: 3000, burst: 500 } });
    const grant = admitted(admission);
    admission.reconfigure({
      ...UNLIMITED,
      timeouts: { idle: 5, stream: 6 },
      classes: [
        {
          name: 'staff',
          match: { jids: ['example.org'] },
          rates: { stream: 10_000, user: NONE, burst: 900 },
        },
      ],
    });
    expect(grant).toMatchObject({ className: 'staff', idleMs: 5, durationMs: 6 });
    expect(levels(grant)).toEqual([expect.toSatisfy((level: number) => level <= 900)]);
  });

  it('brings rates that there were not, also for the streams that run', () => {
    const admission = control();
    const before = admitted(admission);
    admission.reconfigure({ ...UNLIMITED, rates: { stream: 1000, user: 2000, total: 3000 } });
    expect(levels(before)).toEqual([200, 400, 600]);
    expect(admitted(admission).rates.slice(1)).toEqual(before.rates.slice(1));
  });

  it('takes rates away, and a stream has none again', () => {
    const admission = control({ rates: { stream: 1000, user: 2000, total: 3000 } });
    const grant = admitted(admission);
    admission.reconfigure(UNLIMITED);
    expect(grant.rates).toEqual([]);
    grant.release();
    expect(rates.size).toBe(1); // that of all streams
  });

  it('leaves the list of rates the same one when only their values are others', () => {
    const admission = control({ rates: { stream: 1000, user: 2000, total: 3000 } });
    const grant = admitted(admission);
    const { rates: before } = grant;
    admission.reconfigure({ ...UNLIMITED, rates: { stream: 10, user: 20, total: 30 } });
    expect(grant.rates).toBe(before);
  });

  it('that puts a person into another class has all streams of theirs share the rate of that one', () => {
    const admission = control({ rates: { stream: NONE, user: 2000, total: NONE } });
    const before = admitted(admission);
    const slow = { name: 'slow', match: { jids: ['example.org'] }, rates: { user: 500 } };
    admission.reconfigure({ ...UNLIMITED, classes: [slow] });
    const after = admitted(admission);
    expect(before.rates).toEqual(after.rates);
    expect(levels(after)).toEqual([100]);
    for (const grant of [before, after]) grant.release();
    expect(rates.size).toBe(0);
  });
});
