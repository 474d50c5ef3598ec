// Who may have a stream, and on what terms.

import type { Rate } from './engine.ts';

/** The two parties of an activation, as the requester's server spelled them. */
export interface Parties {
  readonly requester: string;
  readonly target: string;
}

/** Whoever asks for a stream, with the addresses of the two connections that wait for it. */
export interface Applicant extends Parties {
  readonly first: string;
  readonly second: string;
}

/** Why one requester gets no stream although there is room for others. */
export type AdmissionRefusal = 'over-user-limit' | 'over-domain-limit' | 'quota';

/** What one stream may do. Whoever gets one releases it, once. */
export interface Grant {
  /** The class that the requester fell in. */
  readonly className: string;
  /** What its bytes are drawn from; another list when that changes. */
  readonly rates: readonly Rate[];
  /** How long it may go without a byte in either direction, and how long in all; milliseconds, or Infinity. */
  readonly idleMs: number;
  readonly durationMs: number;
  /** Told about once a second while it runs, and at its end: the bytes moved since, if any. `quota` ends the stream. */
  charge(bytes: number): 'go-on' | 'quota';
  release(): void;
}

export type AdmissionVerdict =
  | { readonly ok: true; readonly grant: Grant }
  | { readonly ok: false; readonly reason: AdmissionRefusal; readonly text?: string };

/** Asked at the activation of a complete pair. */
export interface Admission {
  /** To be awaited before `admit`, if there is anything to await. Never rejects. */
  prepare?(applicant: Applicant): Promise<void> | undefined;
  admit(applicant: Applicant): AdmissionVerdict;
}
