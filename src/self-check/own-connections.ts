// Stands before the rendezvous and recognises our own connections by their keys: they are let in, seen, and sent away.

import type { JoinVerdict, Peer, Rendezvous } from '../rendezvous/ports.ts';
import type { SessionKey } from '../wire/session-key.ts';

/** They take no slot and meet no limit of those who wait. */
export class OwnConnections implements Pick<Rendezvous, 'join'> {
  readonly #rendezvous: Pick<Rendezvous, 'join'>;
  readonly #expected = new Map<SessionKey, () => void>();

  constructor(rendezvous: Pick<Rendezvous, 'join'>) {
    this.#rendezvous = rendezvous;
  }

  join(key: SessionKey, remote: string, admit: () => Peer): JoinVerdict {
    const arrive = this.#expected.get(key);
    if (arrive === undefined) return this.#rendezvous.join(key, remote, admit);
    this.forget(key);
    arrive();
    admit().close();
    return { ok: true, selfCheck: true };
  }

  /** Whoever comes under this key is ourselves; `onArrival` is called at most once. */
  expect(key: SessionKey, onArrival: () => void): void {
    this.#expected.set(key, onArrival);
  }

  forget(key: SessionKey): void {
    this.#expected.delete(key);
  }
}
