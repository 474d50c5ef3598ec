// What the admission asks of whoever counts bytes by day and month. [S5B-P-85]

/** Bytes, or Infinity. */
export interface Allotment {
  readonly day: number;
  readonly month: number;
}

/** What one requester, and all requesters of its domain, may move. */
export interface QuotaLimits {
  readonly user: Allotment;
  readonly domain: Allotment;
}

/** Bytes that are left, or Infinity. */
export interface QuotaLeft {
  readonly user: number;
  readonly domain: number;
}

export type QuotaVerdict =
  | { readonly ok: true; readonly left: QuotaLeft }
  | {
      readonly ok: false;
      /** For the requester: whose quota is used up, and until when. */
      readonly text: string;
      /** Milliseconds since 1970. */
      readonly endsAt: number;
    };

/** Both JIDs are normalised; the domain is that of the bare JID. Verdicts are given at once, from memory. */
export interface QuotaLedger {
  /** Reads what has been used before into the memory; to be awaited before `check`. Never rejects, takes half a second at most. */
  recall(bareJid: string, domain: string): Promise<void>;
  /** Whether anything is left. */
  check(bareJid: string, domain: string, limits: QuotaLimits): QuotaVerdict;
  /** Counts bytes that have been moved; then as `check`. */
  charge(bareJid: string, domain: string, bytes: number, limits: QuotaLimits): QuotaVerdict;
}

/** What is left where there is no quota. */
export const UNLIMITED: QuotaLeft = { user: Number.POSITIVE_INFINITY, domain: Number.POSITIVE_INFINITY };

/** Counts nothing, and leaves everyone what they want. */
export const noQuotas: QuotaLedger = {
  recall: async () => {},
  check: () => ({ ok: true, left: UNLIMITED }),
  charge: () => ({ ok: true, left: UNLIMITED }),
};
