// Who waits for whom: every session of every listener, by session key. [XEP-0065 §6.3] [S5B-P-50]

import type { SessionKey } from '../wire/session-key.ts';
import { admitEveryone } from './admit-everyone.ts';
import type {
  ActivationVerdict,
  Admission,
  Applicant,
  ByteCounts,
  Clock,
  Fact,
  JoinVerdict,
  LiveReadings,
  Observer,
  Parties,
  Peer,
  RelayEngine,
  Rendezvous,
  RunningStream,
} from './ports.ts';
import { ACTIVE, arrive, freePlace, leave, type Session } from './session.ts';
import { Streams } from './streams.ts';
import { type WaitingOptions, WaitingRoom } from './waiting-room.ts';

type WaitingEnd = Extract<Fact, { kind: 'waiting-ended' }>['why'];

export interface TableOptions extends WaitingOptions {
  /** Streams that may run at once. */
  readonly maxStreams: number;
}

/** How far a drain has come. */
export interface Drained {
  /** Resolves when nobody waits, and so nobody can be activated any more. */
  readonly nobodyWaits: Promise<void>;
  /** Resolves when no stream runs, either. */
  readonly finished: Promise<void>;
}

export class Table implements Rendezvous, LiveReadings {
  /** By key, so one requester may have any number of them, also with the same target. [S5B-P-49] */
  readonly #sessions = new Map<SessionKey, Session>();
  readonly #streams: Streams;
  readonly #waiting: WaitingRoom;
  readonly #admission: Admission;
  readonly #observer: Observer;
  #maxStreams: number;
  #draining = false;

  constructor(
    engine: RelayEngine,
    clock: Clock,
    observer: Observer,
    options: TableOptions,
    admission: Admission = admitEveryone,
  ) {
    this.#streams = new Streams(engine, clock, observer, (key) => this.#sessions.delete(key));
    this.#admission = admission;
    this.#waiting = new WaitingRoom(clock, options, (key, peer) => this.#drop(key, peer, 'expired'));
    this.#observer = observer;
    this.#maxStreams = options.maxStreams;
  }

  join(key: SessionKey, remote: string, admit: () => Peer): JoinVerdict {
    // [S5B-P-88] while draining, a transfer that has begun to wait may still be completed
    if (this.#draining && !this.#sessions.has(key)) return { ok: false, reason: 'draining' };
    const place = freePlace(this.#sessions.get(key));
    if (place === undefined) return { ok: false, reason: 'taken' };
    const refusal = place === 'empty' ? this.#waiting.refusal(remote) : undefined;
    if (refusal !== undefined) return { ok: false, reason: refusal };
    const peer = admit();
    const arrival = arrive(this.#sessions.get(key), peer);
    if (!arrival.ok) throw new Error(`no place under ${key} after one was found`);
    this.#sessions.set(key, arrival.session);
    this.#waiting.enter(peer, key, remote);
    peer.onChange(() => {
      if (peer.condition === 'gone') this.#drop(key, peer, 'gone');
    });
    if (peer.condition === 'gone') this.#drop(key, peer, 'gone');
    if (arrival.replaced) this.#stopWaiting(key, arrival.replaced, 'replaced');
    return { ok: true };
  }

  async activate(keys: readonly SessionKey[], parties: Parties): Promise<ActivationVerdict> {
    const pair = this.#find(keys)?.session;
    const ready = pair?.state === 'paired' && this.#admission.prepare?.(applicant(parties, pair.peers));
    if (ready) await ready; // and look again
    const found = this.#find(keys);
    if (found === undefined) return { ok: false, reason: this.#draining ? 'draining' : 'unknown' };
    const { key, session } = found;
    if (session.state === 'active') return { ok: false, reason: 'taken' };
    if (this.#streams.active >= this.#maxStreams) {
      this.dismiss([key]);
      return { ok: false, reason: 'over-limit' };
    }
    if (session.state === 'waiting') return { ok: false, reason: 'peer-missing' };
    return this.#join(key, session, parties);
  }

  /** Other limits, for whoever comes from now on; nobody who is here is sent away. */
  reconfigure(options: TableOptions): void {
    this.#maxStreams = options.maxStreams;
    this.#waiting.reconfigure(options);
  }

  dismiss(keys: readonly SessionKey[]): void {
    for (const key of keys) this.#endWaiting(key, 'dismissed');
  }

  get draining(): boolean {
    return this.#draining;
  }

  /** From now on no new key; who waits may still be activated, and running streams are left alone. [S5B-P-88] */
  drain(): Drained {
    this.#draining = true;
    const nobodyWaits = this.#waiting.empty();
    return { nobodyWaits, finished: nobodyWaits.then(() => this.#streams.idle()) };
  }

  /** Closes all who wait: their activation will not come. */
  dismissAll(): void {
    for (const key of [...this.#sessions.keys()]) this.#endWaiting(key, 'shutdown');
  }

  /** Closes all who wait and resets all that still run. Returns how many streams were cut. */
  close(): number {
    this.#draining = true;
    this.dismissAll();
    return this.#streams.abortAll('shutdown');
  }

  connectionsWaiting(): number {
    return this.#waiting.size;
  }

  streamsActive(): number {
    return this.#streams.active;
  }

  running(most: number): RunningStream[] {
    return this.#streams.list(most);
  }

  relayed(): ByteCounts {
    return this.#streams.relayed();
  }

  /** Who may is judged last, so that a place that is taken is taken for a stream. */
  async #join(
    key: SessionKey,
    session: Session & { state: 'paired' },
    parties: Parties,
  ): Promise<ActivationVerdict> {
    const { peers } = session;
    const asking = applicant(parties, peers);
    const verdict = this.#admission.admit(asking);
    if (!verdict.ok) {
      this.dismiss([key]); // [S5B-P-73]
      return verdict;
    }
    this.#sessions.set(key, ACTIVE);
    const since = this.#waiting.since(peers[0]);
    for (const peer of peers) this.#waiting.leave(peer);
    const { grant } = verdict;
    const opened = await this.#streams.open({ key, applicant: asking, peers, since, grant });
    return opened ? { ok: true } : { ok: false, reason: 'peer-gone' };
  }

  /** What is under the first of the keys that has anyone waiting, or else a stream. [S5B-P-35] */
  #find(keys: readonly SessionKey[]): { key: SessionKey; session: Session } | undefined {
    const found = keys.flatMap((key) => {
      const session = this.#sessions.get(key);
      return session === undefined ? [] : [{ key, session }];
    });
    return found.find(({ session }) => session.state !== 'active') ?? found[0];
  }

  #endWaiting(key: SessionKey, why: WaitingEnd): void {
    const session = this.#sessions.get(key);
    if (session === undefined || session.state === 'active') return;
    for (const peer of session.peers) this.#drop(key, peer, why);
  }

  /** A waiting peer goes; what it waited for stays with the other one. [S5B-P-43] */
  #drop(key: SessionKey, peer: Peer, why: WaitingEnd): void {
    if (!this.#waiting.has(peer)) return;
    const session = this.#sessions.get(key);
    const rest = session && session.state !== 'active' && leave(session, peer);
    if (rest) this.#sessions.set(key, rest);
    else this.#sessions.delete(key);
    this.#stopWaiting(key, peer, why);
  }

  #stopWaiting(key: SessionKey, peer: Peer, why: WaitingEnd): void {
    this.#waiting.leave(peer);
    peer.close();
    this.#observer.observe({ kind: 'waiting-ended', key, remote: peer.remote, why });
  }
}

/** Without a spread, which would give each of thousands of them a shape of its own, 240 bytes. */
function applicant({ requester, target }: Parties, [first, second]: readonly [Peer, Peer]): Applicant {
  return { requester, target, first: first.remote, second: second.remote };
}
