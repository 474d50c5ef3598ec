// The centre as the rooms around it see it: places to take, transfers to activate.

import type { SessionKey } from '../../wire/session-key.ts';
import type { AdmissionRefusal, Parties } from './admission.ts';
import type { Peer } from './engine.ts';

export type JoinRefusal = 'taken' | 'over-limit' | 'over-address-limit' | 'draining';
/** `selfCheck`: it was our own connection, and holds no slot. */
export type JoinVerdict =
  | { readonly ok: true; readonly selfCheck?: true }
  | { readonly ok: false; readonly reason: JoinRefusal };

export type ActivationRefusal =
  | 'unknown'
  | 'peer-missing'
  | 'peer-gone'
  | 'taken'
  | 'over-limit'
  | AdmissionRefusal
  | 'draining';
export type ActivationVerdict =
  | { readonly ok: true }
  | {
      readonly ok: false;
      readonly reason: ActivationRefusal;
      /** For the requester, where there is more to say than the reason. */
      readonly text?: string;
    };

/** The centre: who waits for whom. */
export interface Rendezvous {
  /**
   * Asks for a slot under a key; `admit` is called at once, and only if there is one, to answer and hold the peer.
   * @param remote the peer's address
   */
  join(key: SessionKey, remote: string, admit: () => Peer): JoinVerdict;
  /** Joins the pair under the first of the keys that has anyone waiting. Rejects only on an internal failure. */
  activate(keys: readonly SessionKey[], parties: Parties): Promise<ActivationVerdict>;
  /** Closes whoever waits (not an active stream) under the keys: their requester was refused. [S5B-P-71] */
  dismiss(keys: readonly SessionKey[]): void;
  /** No new transfer is taken any more. [S5B-P-88] */
  readonly draining: boolean;
}
