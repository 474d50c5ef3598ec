// A waiting connection of the zero-copy engine: it owns the descriptor that is watched for it. [XEP-0065 §10.1]
//
//   arriving ──▶ watched ──▶ joined: the stream owns the descriptor
//                watched ──▶ gone: closed gently, as a net.Socket
//                (to another worker and back: still watched)
//   arriving, watched ──reset──▶ gone: closed

import type { Socket } from 'node:net';
import type { Peer } from '../../rendezvous/ports.ts';
import { closeGently } from '../../sockets/close-gently.ts';
import { bringBack } from './hand-over.ts';
import type { Lent } from './protocol.ts';

/** Who has peers watched: a worker. */
export interface Warden {
  /** Undefined when it cannot. */
  watch(fd: number, peer: SplicedPeer): Lent | undefined;
  unwatch(lent: Lent): void;
  /** The connection's pending error, 0 if there is none. */
  error(fd: number): number;
  close(fd: number): void;
}

type Place =
  | { readonly at: 'arriving'; readonly socket: Socket }
  | { readonly at: 'watched'; readonly lent: Lent; readonly warden: Warden }
  | { readonly at: 'joined' | 'gone' };

const JOINED = { at: 'joined' } as const;
const GONE = { at: 'gone' } as const;

export class SplicedPeer implements Peer {
  readonly remote: string;
  #place: Place;
  #hasFinished = false;
  #early: Buffer | undefined;
  #listener: (() => void) | undefined;

  /** @param socket where the connection is until it arrives */
  constructor(remote: string, early: Buffer | undefined, socket: Socket) {
    this.remote = remote;
    this.#place = { at: 'arriving', socket };
    this.#early = early;
  }

  get condition(): Peer['condition'] {
    if (this.#place.at === 'gone') return 'gone';
    return this.#hasFinished ? 'finished' : 'open';
  }

  get isArriving(): boolean {
    return this.#place.at === 'arriving';
  }

  /** While it is watched. */
  get fd(): number | undefined {
    return this.#place.at === 'watched' ? this.#place.lent.fd : undefined;
  }

  /** Who has it watched; undefined while nobody has. */
  get warden(): Warden | undefined {
    return this.#place.at === 'watched' ? this.#place.warden : undefined;
  }

  onChange(listener: () => void): void {
    this.#listener = listener;
  }

  close(): void {
    const place = this.#place;
    if (place.at === 'arriving') {
      this.#leave();
      closeGently(place.socket);
    } else if (place.at === 'watched') {
      place.warden.unwatch(place.lent);
      this.#leave();
      closeGently(bringBack(place.lent.fd));
    }
  }

  /** It is ours now: has it watched. */
  arrive(fd: number, warden: Warden): void {
    const lent = warden.watch(fd, this);
    if (lent) {
      this.#place = { at: 'watched', lent, warden };
      return;
    }
    this.#vanish();
    warden.close(fd);
  }

  /** It went before it arrived, and its socket is closed. */
  vanish(): void {
    if (this.#place.at === 'arriving') this.#vanish();
  }

  /** To another worker, unless it is there. */
  move(to: Warden): void {
    const place = this.#place;
    if (place.at !== 'watched' || place.warden === to) return;
    place.warden.unwatch(place.lent);
    this.arrive(place.lent.fd, to);
  }

  /** Asks the kernel, which knows of a reset before anybody is told. False if it is gone. */
  isAlive(): boolean {
    if (this.#place.at !== 'watched') return false;
    const { lent, warden } = this.#place;
    if (warden.error(lent.fd) === 0) return true;
    this.onGone();
    return false;
  }

  /** The descriptor and the early bytes go to a stream. Undefined if it is not watched. */
  join(): { lent: Lent; early: Buffer | undefined } | undefined {
    if (this.#place.at !== 'watched') return undefined;
    const joined = { lent: this.#place.lent, early: this.#early };
    this.#place = JOINED;
    this.#early = undefined;
    this.#listener = undefined;
    return joined;
  }

  /** It has sent FIN. */
  onFinished(): void {
    if (this.#hasFinished) return;
    this.#hasFinished = true;
    this.#listener?.();
  }

  /** It was reset. */
  onGone(): void {
    if (this.#place.at !== 'watched') return;
    const { lent, warden } = this.#place;
    warden.unwatch(lent);
    this.#vanish();
    warden.close(lent.fd);
  }

  #vanish(): void {
    const listener = this.#listener;
    this.#leave();
    listener?.();
  }

  #leave(): void {
    this.#place = GONE;
    this.#early = undefined;
    this.#listener = undefined;
  }
}
