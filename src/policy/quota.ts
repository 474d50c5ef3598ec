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

export type QuotaVerdict =
  | { readonly ok: true }
  | {
      readonly ok: false;
      /** For the requester: whose quota is used up, and until when. */
      readonly text: string;
      /** Milliseconds since 1970. */
      readonly endsAt: number;
    };

/** Both JIDs are normalised; the domain is that of the bare JID. Answers at once, from memory. */
export interface QuotaLedger {
  /** Whether anything is left. */
  check(bareJid: string, domain: string, limits: QuotaLimits): QuotaVerdict;
  /** Counts bytes that have been moved; then as `check`. */
  charge(bareJid: string, domain: string, bytes: number, limits: QuotaLimits): QuotaVerdict;
}

/** Counts nothing, and leaves everyone what they want. */
export const noQuotas: QuotaLedger = {
  check: () => ({ ok: true }),
  charge: () => ({ ok: true }),
};
