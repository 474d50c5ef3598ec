// A waiting connection of the zero-copy engine, on the main thread: it owns the descriptor that a worker watches. [XEP-0065 §10.1]
//
//   arriving ──▶ watched ◀──▶ joining ──▶ joined: the stream owns the descriptor
//                watched ◀──▶ moving (to another worker)
//                watched ──▶ leaving ──▶ gone: closed gently, as a net.Socket
//   any but joined ──reset──▶ gone: closed
//
// It changes place only when the worker has given the descriptor back, or has ended.

import type { Peer } from '../../rendezvous/ports.ts';
import { closeGently } from '../../sockets/close-gently.ts';
import { bringBack } from './hand-over.ts';

/** Who watches peers: a worker. */
export interface Warden {
  watch(fd: number, peer: SplicedPeer): void;
  /** Asks for a descriptor back; `SplicedPeer.onReleased` follows. */
  release(fd: number): void;
}

type Place =
  | { readonly at: 'arriving'; readonly cancel: () => void }
  | { readonly at: 'watched' | 'joining'; readonly fd: number; readonly warden: Warden }
  | { readonly at: 'moving'; readonly fd: number; readonly to: Warden; readonly done: () => void }
  | { readonly at: 'leaving'; readonly fd: number }
  | { readonly at: 'joined' | 'gone' };

export class SplicedPeer implements Peer {
  readonly remote: string;
  readonly #closeNow: (fd: number) => void;
  #place: Place;
  #hasFinished = false;
  #early: Buffer | undefined;
  #listener: (() => void) | undefined;

  /**
   * @param cancel closes the connection gently as long as it has not arrived
   * @param closeNow closes a descriptor
   */
  constructor(remote: string, early: Buffer, cancel: () => void, closeNow: (fd: number) => void) {
    this.remote = remote;
    this.#place = { at: 'arriving', cancel };
    this.#early = early.length > 0 ? early : undefined;
    this.#closeNow = closeNow;
  }

  get condition(): Peer['condition'] {
    const { at } = this.#place;
    if (at === 'gone' || at === 'leaving') return 'gone';
    return this.#hasFinished ? 'finished' : 'open';
  }

  get isArriving(): boolean {
    return this.#place.at === 'arriving';
  }

  /** Who watches it; undefined while nobody does. */
  get warden(): Warden | undefined {
    return this.#place.at === 'watched' ? this.#place.warden : undefined;
  }

  onChange(listener: () => void): void {
    this.#listener = listener;
  }

  close(): void {
    const place = this.#place;
    if (place.at === 'arriving') {
      this.#place = { at: 'gone' };
      place.cancel();
    } else if (place.at === 'watched') {
      this.#place = { at: 'leaving', fd: place.fd };
      place.warden.release(place.fd);
    } else if (place.at === 'moving') {
      this.#place = { at: 'leaving', fd: place.fd };
      place.done();
    }
  }

  /** It is ours now: has it watched. */
  arrive(fd: number, warden: Warden): void {
    this.#place = { at: 'watched', fd, warden };
    warden.watch(fd, this);
  }

  /** It went before it arrived, and its socket is closed. */
  vanish(): void {
    if (this.#place.at !== 'arriving') return;
    this.#place = { at: 'gone' };
    this.#listener?.();
  }

  /** Resolves when the other one watches it, or it is gone. */
  move(to: Warden): Promise<void> | undefined {
    const place = this.#place;
    if (place.at !== 'watched' || place.warden === to) return undefined;
    return new Promise((done) => {
      this.#place = { at: 'moving', fd: place.fd, to, done };
      place.warden.release(place.fd);
    });
  }

  /** Its descriptor and early bytes, for a join that has been asked for. */
  beginJoin(): { fd: number; early: Buffer | undefined } | undefined {
    if (this.#place.at !== 'watched') return undefined;
    this.#place = { ...this.#place, at: 'joining' };
    return { fd: this.#place.fd, early: this.#early };
  }

  /** Joined: the stream owns the descriptor. Refused: it waits again, unless it is what has gone. */
  finishJoin(joined: boolean): void {
    if (this.#place.at !== 'joining') return;
    if (!joined) this.#place = { ...this.#place, at: 'watched' };
    else {
      this.#place = { at: 'joined' };
      this.#early = undefined;
      this.#listener = undefined;
    }
  }

  /** It has sent FIN. */
  onFinished(): void {
    if (this.#hasFinished) return;
    this.#hasFinished = true;
    this.#listener?.();
  }

  /** The worker has given the descriptor back: because the peer is gone, or as asked. */
  onReleased(gone: boolean): void {
    const place = this.#place;
    if (!('fd' in place)) return;
    if (place.at === 'moving' && !gone) this.arrive(place.fd, place.to);
    else this.#leave(place.fd, gone);
    if (place.at === 'moving') place.done();
  }

  #leave(fd: number, gone: boolean): void {
    const wasLeaving = this.#place.at === 'leaving';
    this.#place = { at: 'gone' };
    this.#early = undefined;
    if (gone) this.#closeNow(fd);
    else closeGently(bringBack(fd));
    if (!wasLeaving) this.#listener?.();
  }
}
