// Who waits for whom: every session of every listener, by session key. [XEP-0065 §6.3] [S5B-P-50]

import type { SessionKey } from '../wire/session-key.ts';
import {
  type ActivationVerdict,
  type ByteCounts,
  type Clock,
  type Fact,
  type JoinVerdict,
  type Observer,
  type Parties,
  type Peer,
  PeerGoneError,
  type Readings,
  type RelayEngine,
  type RelayedStream,
  type Rendezvous,
} from './ports.ts';
import { arrive, freePlace, leave, type Session, start } from './session.ts';

type WaitingEnd = Extract<Fact, { kind: 'waiting-ended' }>['why'];

export interface TableOptions {
  /** Connections that may wait at once. */
  readonly maxWaiting: number;
  /** Streams that may run at once. */
  readonly maxStreams: number;
  /** How long a connection may wait for its activation, in milliseconds. [S5B-P-83] */
  readonly pendingMs: number;
}

export class Table implements Rendezvous, Readings {
  /** By key, so one requester may have any number of them, also with the same target. [S5B-P-49] */
  readonly #sessions = new Map<SessionKey, Session>();
  readonly #streams = new Map<SessionKey, RelayedStream>();
  readonly #deadlines = new Map<Peer, () => void>();
  readonly #engine: RelayEngine;
  readonly #clock: Clock;
  readonly #observer: Observer;
  readonly #options: TableOptions;
  #active = 0;
  #relayedBefore: ByteCounts = { firstToSecond: 0, secondToFirst: 0 };
  #draining = false;
  #onIdle: (() => void) | undefined;

  constructor(engine: RelayEngine, clock: Clock, observer: Observer, options: TableOptions) {
    this.#engine = engine;
    this.#clock = clock;
    this.#observer = observer;
    this.#options = options;
  }

  join(key: SessionKey, admit: () => Peer): JoinVerdict {
    if (this.#draining) return { ok: false, reason: 'draining' };
    const place = freePlace(this.#sessions.get(key));
    if (place === undefined) return { ok: false, reason: 'taken' };
    if (place === 'empty' && this.#deadlines.size >= this.#options.maxWaiting) {
      return { ok: false, reason: 'over-limit' };
    }
    const peer = admit();
    const arrival = arrive(this.#sessions.get(key), peer);
    if (!arrival.ok) throw new Error(`no place under ${key} after one was found`);
    this.#sessions.set(key, arrival.session);
    this.#deadlines.set(
      peer,
      this.#clock.after(this.#options.pendingMs, () => this.#drop(key, peer, 'expired')),
    );
    peer.onChange(() => {
      if (peer.condition === 'gone') this.#drop(key, peer, 'gone');
    });
    if (peer.condition === 'gone') this.#drop(key, peer, 'gone');
    if (arrival.replaced) this.#stopWaiting(key, arrival.replaced, 'replaced');
    return { ok: true };
  }

  async activate(keys: readonly SessionKey[], parties: Parties): Promise<ActivationVerdict> {
    const key = keys.find((candidate) => this.#sessions.has(candidate));
    const session = key && this.#sessions.get(key);
    if (!key || !session) return { ok: false, reason: 'unknown' };
    if (session.state === 'active') return { ok: false, reason: 'taken' };
    if (this.#draining || this.#active >= this.#options.maxStreams) {
      this.dismiss([key]);
      return { ok: false, reason: this.#draining ? 'draining' : 'over-limit' };
    }
    if (session.state === 'waiting') return { ok: false, reason: 'peer-missing' };
    return this.#join(key, session, parties);
  }

  dismiss(keys: readonly SessionKey[]): void {
    for (const key of keys) this.#endWaiting(key, 'dismissed');
  }

  /** From now on nobody new; resolves when no stream runs any more. Running streams are left alone. [S5B-P-88] */
  drain(): Promise<void> {
    this.#draining = true;
    return new Promise((resolve) => {
      this.#onIdle = resolve;
      if (this.#active === 0) resolve();
    });
  }

  /** Closes all who wait and resets all that still run. Returns how many streams were cut. */
  close(): number {
    this.#draining = true;
    for (const key of [...this.#sessions.keys()]) this.#endWaiting(key, 'shutdown');
    const cut = this.#streams.size;
    for (const stream of this.#streams.values()) stream.abort('shutdown');
    return cut;
  }

  connectionsWaiting(): number {
    return this.#deadlines.size;
  }

  streamsActive(): number {
    return this.#active;
  }

  relayed(): ByteCounts {
    let { firstToSecond, secondToFirst } = this.#relayedBefore;
    for (const stream of this.#streams.values()) {
      const bytes = stream.bytes();
      firstToSecond += bytes.firstToSecond;
      secondToFirst += bytes.secondToFirst;
    }
    return { firstToSecond, secondToFirst };
  }

  /** Join first, answer second: the relay is live when this resolves with ok. [S5B-P-46] */
  async #join(
    key: SessionKey,
    session: Session & { state: 'paired' },
    parties: Parties,
  ): Promise<ActivationVerdict> {
    const [first, second] = session.peers;
    this.#sessions.set(key, start(session, parties));
    this.#active++;
    for (const peer of session.peers) this.#clearDeadline(peer);
    const began = this.#clock.now();
    let stream: RelayedStream;
    try {
      stream = await this.#engine.join(first, second);
    } catch (error) {
      this.#finish(key);
      for (const peer of session.peers) peer.close();
      if (error instanceof PeerGoneError) return { ok: false, reason: 'peer-gone' };
      throw error;
    }
    this.#streams.set(key, stream);
    this.#observer.observe({ kind: 'stream-opened', key, ...parties });
    // The parties learn of the end from their sockets; XMPP has no notice for it. [S5B-P-82]
    void stream.ended.then((reason) => {
      const bytes = stream.bytes();
      this.#relayedBefore = {
        firstToSecond: this.#relayedBefore.firstToSecond + bytes.firstToSecond,
        secondToFirst: this.#relayedBefore.secondToFirst + bytes.secondToFirst,
      };
      const durationMs = this.#clock.now() - began;
      const summary = {
        key,
        ...parties,
        bytes,
        durationMs,
        first: first.remote,
        second: second.remote,
        reason,
      };
      this.#observer.observe({ kind: 'stream-closed', summary });
      this.#finish(key);
    });
    return { ok: true };
  }

  #finish(key: SessionKey): void {
    this.#sessions.delete(key);
    this.#streams.delete(key);
    this.#active--;
    if (this.#active === 0) this.#onIdle?.();
  }

  #endWaiting(key: SessionKey, why: WaitingEnd): void {
    const session = this.#sessions.get(key);
    if (session === undefined || session.state === 'active') return;
    for (const peer of session.peers) this.#drop(key, peer, why);
  }

  /** A waiting peer goes; what it waited for stays with the other one. [S5B-P-43] */
  #drop(key: SessionKey, peer: Peer, why: WaitingEnd): void {
    if (!this.#deadlines.has(peer)) return;
    const session = this.#sessions.get(key);
    const rest = session && leave(session, peer);
    if (rest) this.#sessions.set(key, rest);
    else this.#sessions.delete(key);
    this.#stopWaiting(key, peer, why);
  }

  #stopWaiting(key: SessionKey, peer: Peer, why: WaitingEnd): void {
    this.#clearDeadline(peer);
    peer.close();
    this.#observer.observe({ kind: 'waiting-ended', key, remote: peer.remote, why });
  }

  #clearDeadline(peer: Peer): void {
    this.#deadlines.get(peer)?.();
    this.#deadlines.delete(peer);
  }
}
