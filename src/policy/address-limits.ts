// What one source address may take of the proxy: new connections a second, handshakes, places among those who wait. [S5B-P-85]

import { ConnectionRates } from './connection-rates.ts';
import { Networks } from './networks.ts';
import { addressBlock } from './source-address.ts';
import { Tally } from './tally.ts';

/** Of all handshakes in progress, one address may have this part: silent strangers from there leave room for others. */
const HANDSHAKE_SHARE = 1 / 4;

export interface AddressLimitOptions {
  /** Handshakes that may be in progress at once, of all addresses. */
  readonly handshakes: number;
  /** Connections that may wait at once; Infinity: no limit. */
  readonly waitingPerAddress: number;
  /** New connections a second; Infinity: no limit. */
  readonly connectionsPerSecond: number;
  /** Networks that none of these limits touches. */
  readonly exempt: readonly string[];
}

export type Entry =
  | { readonly ok: true; readonly leave: () => void }
  | { readonly ok: false; readonly reason: 'too-fast' | 'over-address-limit' };

export class AddressLimits {
  readonly #waiting = new Tally();
  readonly #handshakes = new Tally();
  readonly #rates: ConnectionRates;
  readonly #now: () => number;
  #maxWaiting: number;
  #maxHandshakes: number;
  #exempt: Networks;

  /**
   * @param now monotonic milliseconds
   * @throws Error if a network is none; the configuration has checked them before
   */
  constructor(options: AddressLimitOptions, now: () => number) {
    this.#now = now;
    this.#maxWaiting = options.waitingPerAddress;
    this.#maxHandshakes = shareOf(options.handshakes);
    this.#rates = new ConnectionRates(options.connectionsPerSecond);
    this.#exempt = new Networks(options.exempt);
  }

  /** Other limits, for whoever comes from now on; who waits goes on waiting, and counts. */
  reconfigure(options: AddressLimitOptions): void {
    this.#exempt = new Networks(options.exempt);
    this.#maxWaiting = options.waitingPerAddress;
    this.#maxHandshakes = shareOf(options.handshakes);
    this.#rates.change(options.connectionsPerSecond);
  }

  /** Counts a new connection, which came too fast after others or begins a handshake; `leave` ends that, and is called once. */
  enter(address: string): Entry {
    const block = addressBlock(address);
    if (!this.#isExempt(address)) {
      if (!this.#rates.take(block, this.#now())) return { ok: false, reason: 'too-fast' };
      if (this.#handshakes.of(block) >= this.#maxHandshakes)
        return { ok: false, reason: 'over-address-limit' };
    }
    this.#handshakes.add(block);
    return { ok: true, leave: () => this.#handshakes.takeBack(block) };
  }

  /** Whether one more connection may wait. */
  mayWait(address: string): boolean {
    return this.#waiting.of(addressBlock(address)) < this.#maxWaiting || this.#isExempt(address);
  }

  /** Counts a connection that waits, until `stopWaiting` is called, once. */
  wait(address: string): void {
    this.#waiting.add(addressBlock(address));
  }

  stopWaiting(address: string): void {
    this.#waiting.takeBack(addressBlock(address));
  }

  /** Addresses of which a connection waits. */
  get addressesWaiting(): number {
    return this.#waiting.holders;
  }

  /** Connections that wait, of the address that has most of them. */
  get mostWaiting(): number {
    return this.#waiting.highest;
  }

  #isExempt(address: string): boolean {
    return this.#exempt.find(address) !== undefined;
  }
}

function shareOf(handshakes: number): number {
  return Math.max(1, Math.floor(handshakes * HANDSHAKE_SHARE));
}
