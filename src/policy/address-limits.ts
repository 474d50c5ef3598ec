// What one source address may take of the proxy: places among those who wait, and new connections a second. [S5B-P-85]

import { ConnectionRates } from './connection-rates.ts';
import { Networks } from './networks.ts';
import { addressBlock } from './source-address.ts';
import { Tally } from './tally.ts';

export interface AddressLimitOptions {
  /** Connections that may wait at once; Infinity: no limit. */
  readonly waitingPerAddress: number;
  /** New connections a second; Infinity: no limit. */
  readonly connectionsPerSecond: number;
  /** Networks that neither limit touches. */
  readonly exempt: readonly string[];
}

export class AddressLimits {
  readonly #waiting = new Tally();
  readonly #rates: ConnectionRates;
  readonly #now: () => number;
  #maxWaiting: number;
  #exempt: Networks;

  /**
   * @param now monotonic milliseconds
   * @throws Error if a network is none; the configuration has checked them before
   */
  constructor({ waitingPerAddress, connectionsPerSecond, exempt }: AddressLimitOptions, now: () => number) {
    this.#now = now;
    this.#maxWaiting = waitingPerAddress;
    this.#rates = new ConnectionRates(connectionsPerSecond);
    this.#exempt = new Networks(exempt);
  }

  /** Other limits, for whoever comes from now on; who waits goes on waiting, and counts. */
  reconfigure({ waitingPerAddress, connectionsPerSecond, exempt }: AddressLimitOptions): void {
    this.#exempt = new Networks(exempt);
    this.#maxWaiting = waitingPerAddress;
    this.#rates.change(connectionsPerSecond);
  }

  /** Counts a new connection; false when it came too fast after others. */
  mayConnect(address: string): boolean {
    return this.#isExempt(address) || this.#rates.take(addressBlock(address), this.#now());
  }

  /** Whether one more connection may wait. */
  mayWait(address: string): boolean {
    return this.#waiting.of(addressBlock(address)) < this.#maxWaiting || this.#isExempt(address);
  }

  /** Counts a connection that waits; the returned function ends that, once. */
  wait(address: string): () => void {
    return this.#waiting.add(addressBlock(address));
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
