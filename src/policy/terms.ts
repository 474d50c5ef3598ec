// What holds for one requester's streams: the general keys of the configuration with those of its class on top.

import type { Allotment, QuotaLimits } from './quota.ts';

/** Sizes are bytes, times milliseconds, rates bytes a second; Infinity: no limit. */
export interface Terms {
  readonly className: string;
  readonly streamsPerUser: number;
  readonly streamsPerDomain: number;
  readonly idleMs: number;
  readonly durationMs: number;
  readonly streamRate: number;
  /** Of all streams of the requester's bare JID in this class. */
  readonly userRate: number;
  /** Of both rates; absent: the rate table's own. */
  readonly burst: number | undefined;
  readonly quotas: QuotaLimits;
}

/** The part of the configuration that a class may say of its own. */
export interface GeneralTerms {
  readonly limits: { readonly streamsPerUser: number; readonly streamsPerDomain: number };
  readonly timeouts: { readonly idle: number; readonly stream: number };
  readonly rates: { readonly stream: number; readonly user: number; readonly burst?: number | undefined };
  readonly quotas: QuotaLimits;
}

type Part<T> = { readonly [Key in keyof T]?: T[Key] | undefined };

export interface OwnTerms {
  readonly limits?: Part<GeneralTerms['limits']> | undefined;
  readonly timeouts?: Part<GeneralTerms['timeouts']> | undefined;
  readonly rates?: Part<GeneralTerms['rates']> | undefined;
  readonly quotas?: { readonly [Whose in keyof QuotaLimits]?: Part<Allotment> | undefined } | undefined;
}

/** What a class says wins, key by key. */
export function mergeTerms(className: string, general: GeneralTerms, own: OwnTerms = {}): Terms {
  const { limits, timeouts, rates, quotas } = own;
  return {
    className,
    streamsPerUser: limits?.streamsPerUser ?? general.limits.streamsPerUser,
    streamsPerDomain: limits?.streamsPerDomain ?? general.limits.streamsPerDomain,
    idleMs: timeouts?.idle ?? general.timeouts.idle,
    durationMs: timeouts?.stream ?? general.timeouts.stream,
    streamRate: rates?.stream ?? general.rates.stream,
    userRate: rates?.user ?? general.rates.user,
    burst: rates?.burst ?? general.rates.burst,
    quotas: {
      user: mergeAllotment(general.quotas.user, quotas?.user),
      domain: mergeAllotment(general.quotas.domain, quotas?.domain),
    },
  };
}

/** Whether there is any quota. */
export function hasQuota({ quotas: { user, domain } }: Pick<Terms, 'quotas'>): boolean {
  return [user.day, user.month, domain.day, domain.month].some(Number.isFinite);
}

function mergeAllotment(general: Allotment, own: Part<Allotment> | undefined): Allotment {
  return { day: own?.day ?? general.day, month: own?.month ?? general.month };
}
